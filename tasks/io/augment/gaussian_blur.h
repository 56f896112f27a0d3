#pragma once

#include "tasks/io/image.h"

namespace yardstick {

// Pillow's ImageFilter.GaussianBlur(radius), level for level: three passes of a box of fractional
// width in each direction (Gwosdek et al., SSVM 2011). Requires radius >= 0.
Image gaussian_blur(const Image& image, double radius);

}  // namespace yardstick
