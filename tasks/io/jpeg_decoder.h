#pragma once

#include "tasks/io/image_decoder.h"

#include <cstdint>
#include <memory>
#include <span>

namespace yardstick {

// Opens a JPEG through libjpeg-turbo with its slow integer IDCT and fancy upsampling, which is what
// Pillow uses. Corrupt entropy-coded data is filled in, as libjpeg and Pillow do; a file that ends
// early or lacks its end marker is refused. Gray, RGB, YCbCr, CMYK and YCCK are read, the last two
// as inverted, which is Adobe's habit and Pillow's assumption.
std::unique_ptr<ImageDecoder> open_jpeg(std::span<const std::uint8_t> bytes);

}  // namespace yardstick
