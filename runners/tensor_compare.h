#pragma once

#include "runners/verify.h"

#include <ATen/core/Tensor.h>

#include <string>

namespace yardstick {

struct Tolerance {
  double atol = 0;
  double rtol = 0;
};

// Compares element by element in double: |ours - theirs| <= atol + rtol * |theirs|. A NaN or
// infinity on either side never passes; integers and flags must be equal, whatever the tolerance.
TensorVerdict compare_tensors(const std::string& name, const at::Tensor& ours,
                              const at::Tensor& theirs, const Tolerance& tolerance);

}  // namespace yardstick
