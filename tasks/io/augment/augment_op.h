#pragma once

#include "tasks/io/augment/affine.h"
#include "tasks/io/image.h"

#include <span>
#include <string_view>

namespace yardstick {

// One operation of RandAugment, under timm's name ("ShearX", "PosterizeIncreasing"), and how a
// magnitude from 0 to 10 and beyond becomes its argument.
struct AugmentOp {
  std::string_view name;
  bool has_sign = false;       // draws whether it goes the other way
  bool is_resampling = false;  // reads Resampling
  // Degrees, share of the side, pixels, bits, threshold, or factor; null where there is none.
  // `side_px` is the image's shorter side.
  double (*argument)(double magnitude, bool is_negative, int side_px) = nullptr;
  // Counts (bits, thresholds) are whole numbers.
  void (*apply)(Image& image, double argument, const Resampling& how) = nullptr;
};

std::span<const AugmentOp> augment_ops();

// Requires that it exists.
const AugmentOp& augment_op(std::string_view name);

}  // namespace yardstick
