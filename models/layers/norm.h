#pragma once

#include <torch/nn/module.h>

#include <cstdint>

namespace yardstick::layers {

// timm, MAE and Hiera all use it; LibTorch's own default is 1e-5, which changes their results.
inline constexpr double kNormEps = 1e-6;

struct LayerNormConfig {
  std::int64_t width = 0;
  double eps = kNormEps;
};

// Layer normalisation over the last dimension, with torch.nn.LayerNorm's names.
class LayerNorm : public torch::nn::Module {
 public:
  explicit LayerNorm(const LayerNormConfig& config);

  at::Tensor forward(const at::Tensor& x) const;  // [..., width]

  at::Tensor weight;  // [width]
  at::Tensor bias;    // [width]

 private:
  double eps_;
};

// The batch norm of a linear probe: no weight and bias, eps 1e-6, momentum 0.1 (MAE, appendix A.1).
// Its buffers are set at construction.
class ProbeBatchNorm : public torch::nn::Module {
 public:
  explicit ProbeBatchNorm(std::int64_t width);

  // In training mode normalises by the batch and updates the running statistics.
  at::Tensor forward(const at::Tensor& x);  // [N, width]

  at::Tensor running_mean;         // [width]
  at::Tensor running_var;          // [width]
  at::Tensor num_batches_tracked;  // int64 []
};

}  // namespace yardstick::layers
