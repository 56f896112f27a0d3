#pragma once

#include "tasks/io/image_decoder.h"

#include <cstdint>
#include <memory>
#include <span>

namespace yardstick {

// Opens a PNG of any colour type and depth, interlaced or not, through libpng. As in Pillow, 16-bit
// colour keeps the high byte while 16-bit gray is cut off at 255, and a missing end chunk is no
// error where all pixels are there. Stricter than Pillow: a wrong checksum, or pixel data that ends
// early inside an intact file, is an error.
std::unique_ptr<ImageDecoder> open_png(std::span<const std::uint8_t> bytes);

}  // namespace yardstick
