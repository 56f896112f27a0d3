#pragma once

#include "runners/param_groups.h"

#include <yardstick/tensor_file.h>

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace yardstick {

// AdamW (Loshchilov & Hutter 2019, algorithm 2) as torch.optim.AdamW computes it: the decay comes
// first (p *= 1 - lr * weight_decay), eps is added behind the square root of the bias-corrected
// second moment. A parameter without a gradient is left alone and keeps its own step count.
class Adamw {
 public:
  struct Options {
    double beta1 = 0.9;
    double beta2 = 0.999;
    double eps = 1e-8;
  };

  Adamw(std::vector<ParamGroup> groups, const Options& options);

  // One update at rate `lr`. `found_inf` (float [1], or undefined): not 0 leaves parameters and
  // state as they are, decided on the device.
  void step(double lr, const at::Tensor& found_inf = {});

  const std::vector<ParamGroup>& groups() const noexcept { return groups_; }

  // "exp_avg.<name>", "exp_avg_sq.<name>", "step.<name>"; shares storage.
  TensorMap state() const;
  // Copies what state() gave. Throws Data on a missing name or another shape.
  void load(const TensorMap& state);

 private:
  struct Moments {
    at::Tensor exp_avg;
    at::Tensor exp_avg_sq;
    at::Tensor step;  // float scalar: the fused kernel wants it on the device
  };

  std::vector<ParamGroup> groups_;
  std::vector<std::vector<Moments>> moments_;  // parallel to groups_
  Options options_;
};

}  // namespace yardstick
