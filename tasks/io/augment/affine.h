#pragma once

#include "tasks/io/image.h"

#include <yardstick/preprocessing.h>

#include <array>
#include <cstdint>

namespace yardstick {

using Rgb = std::array<std::uint8_t, 3>;

// How moved pixels are computed, and what stands where the image had none.
struct Resampling {
  Interpolation interpolation = Interpolation::kBicubic;
  Rgb fill = {128, 128, 128};
};

// Pillow's Image.transform(size, AFFINE, matrix, ..., fillcolor) and Image.rotate, level for level:
// the centre of output pixel (x, y) comes from (a x + b y + c, d x + e y + f). Near the edge the
// outermost pixels count on; the fill is never mixed in. Bicubic has a = -1 here, unlike resizing,
// and results are cut, not rounded.
Image affine(const Image& image, const std::array<double, 6>& matrix, const Resampling& how);

// Row y is read from `factor` * y pixels further right.
Image shear_x(const Image& image, double factor, const Resampling& how);
// Column x is read from `factor` * x pixels further down.
Image shear_y(const Image& image, double factor, const Resampling& how);
// Moves the picture left and up by so many pixels.
Image translate(const Image& image, double x_px, double y_px, const Resampling& how);
// Counter-clockwise about the centre.
Image rotate(const Image& image, double degrees, const Resampling& how);

}  // namespace yardstick
