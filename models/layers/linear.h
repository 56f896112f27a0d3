#pragma once

#include <torch/nn/module.h>

#include <cstdint>

namespace yardstick::layers {

struct LinearConfig {
  std::int64_t in = 0;
  std::int64_t out = 0;
  bool has_bias = true;
};

// y = x W^T + b over the last dimension, with torch.nn.Linear's names and shapes. Like every brick
// here it allocates its parameters and leaves them unset: the family initialises them (init.h) or
// loads them, so that a large network can be described without touching its memory.
class Linear : public torch::nn::Module {
 public:
  explicit Linear(const LinearConfig& config);

  at::Tensor forward(const at::Tensor& x) const;  // [..., in] -> [..., out]

  at::Tensor weight;  // [out, in]
  at::Tensor bias;    // [out], undefined without bias
};

}  // namespace yardstick::layers
