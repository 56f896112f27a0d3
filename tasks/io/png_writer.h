#pragma once

#include "tasks/io/image.h"

#include <string>

namespace yardstick {

// The bytes of an 8-bit RGB PNG through libpng. Requires: a positive size and three bytes a pixel.
std::string encode_png(const Image& image);

}  // namespace yardstick
