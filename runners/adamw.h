#pragma once

#include "runners/optim/optimizer.h"

#include <vector>

namespace yardstick {

// AdamW (Loshchilov & Hutter 2019, algorithm 2) as torch.optim.AdamW computes it: the decay comes
// first (p *= 1 - lr * weight_decay), eps is added behind the square root of the bias-corrected
// second moment. A parameter without a gradient is left alone and keeps its own step count.
class Adamw : public Optimizer {
 public:
  using Options = AdamwOptions;

  Adamw(std::vector<ParamGroup> groups, const Options& options);

  // "exp_avg.<name>", "exp_avg_sq.<name>", "step.<name>"; shares storage.
  TensorMap state() const override;

 private:
  struct Moments {
    at::Tensor exp_avg;
    at::Tensor exp_avg_sq;
    at::Tensor step;  // float scalar: the fused kernel wants it on the device
  };

  void update(double lr, const at::Tensor& found_inf) override;

  std::vector<std::vector<Moments>> moments_;  // parallel to groups()
  Options options_;
};

}  // namespace yardstick
