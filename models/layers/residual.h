#pragma once

#include "models/layers/residual_rates.h"
#include "models/layers/tap_scope.h"

#include <torch/nn/module.h>

#include <cstdint>

namespace yardstick::layers {

// Zeroes whole samples of a residual branch with probability `rate` and divides the others by
// 1 - rate. One number a sample: of the purpose "drop_path" of the DrawsScope that is open, where
// those below `rate` drop, or from the default generator of the branch's device.
at::Tensor drop_path(const at::Tensor& branch, double rate);
// The same with the draws given: `keep` [N] is 1 where a sample keeps its branch, else 0.
at::Tensor drop_path(const at::Tensor& branch, double rate, const at::Tensor& keep);
// The draws alone, for branches that are kept or dropped together. `branch` gives samples, device
// and type.
at::Tensor drop_path_keep(const at::Tensor& branch, double rate);

// Multiplies each channel by a learned factor (CaiT, arXiv 2103.17239).
class LayerScale : public torch::nn::Module {
 public:
  explicit LayerScale(std::int64_t width);

  at::Tensor forward(const at::Tensor& x) const;  // [..., width]

  at::Tensor gamma;  // [width]
};

// x + branch, of the shape of `branch`. Overwrites `branch`, which must own its memory, where
// nobody can see it: no gradient and no tap.
at::Tensor add_branch(const at::Tensor& x, at::Tensor branch, const TapScope& tap);

}  // namespace yardstick::layers
