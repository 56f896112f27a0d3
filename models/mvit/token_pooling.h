#pragma once

#include "models/layers/norm.h"
#include "models/mvit/pooled_attention_config.h"

#include <torch/nn/module.h>

#include <cstdint>
#include <memory>
#include <string>

namespace yardstick {

// The weight of a convolution of each channel by itself, of torch.nn.Conv3d's name and shape.
class DepthwiseWeight : public torch::nn::Module {
 public:
  DepthwiseWeight(std::int64_t channels, const Thw& kernel);

  at::Tensor weight;  // [channels, 1, kernel...]
};

struct TokenPoolingConfig {
  PoolShape shape;
  MvitPoolMode mode = MvitPoolMode::kConv;
  Thw grid = {};                   // of the tokens that come in
  std::int64_t prefix_tokens = 0;  // in front of them: not pooled, but normalised with the others
  std::int64_t groups = 0;         // heads, which share weights
  std::int64_t channels = 0;       // of a group
  double norm_eps = layers::kNormEps;
};

// Pools tokens over their grid (MViT, arXiv 2104.11227, section 3.1).
class TokenPooling {
 public:
  // Registers its weights in `owner`, with convolutions only, as pool_<part> and norm_<part>.
  TokenPooling(torch::nn::Module& owner, const std::string& part, const TokenPoolingConfig& config);

  // [B, prefix + N, groups * channels] -> [B, prefix + M, groups, channels]
  at::Tensor forward(const at::Tensor& tokens) const;

 private:
  at::Tensor pool(const at::Tensor& tokens) const;

  TokenPoolingConfig config_;
  std::shared_ptr<DepthwiseWeight> weight_;  // null with kMax and kMean, as the norm
  std::shared_ptr<layers::LayerNorm> norm_;
};

// The maximum over the grid of tokens [B, prefix + N, C], of which the prefix stays:
// [B, prefix + M, C].
at::Tensor max_pool_tokens(const at::Tensor& tokens, const Thw& grid, std::int64_t prefix_tokens,
                           const PoolShape& shape);

}  // namespace yardstick
