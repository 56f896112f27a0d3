#pragma once

#include "models/layers/linear.h"
#include "models/layers/mlp.h"
#include "models/layers/norm.h"
#include "models/layers/tap_scope.h"

#include <torch/nn/module.h>

#include <cstdint>
#include <memory>

namespace yardstick {

struct VideoBlockConfig {
  std::int64_t width = 0;
  std::int64_t heads = 0;  // must divide width
  double mlp_ratio = 4.0;
  double norm_eps = 1e-6;
  bool has_qkv_bias = true;
  double drop_path = 0.0;
};

// Multi-head self-attention whose queries, keys and values have a linear layer each, named q, k and
// v, as in mae_st's video_vit; scale head_dim^-0.5.
class SplitAttention : public torch::nn::Module {
 public:
  explicit SplitAttention(const VideoBlockConfig& config);

  at::Tensor forward(const at::Tensor& x, const layers::TapScope& tap) const;  // [B, N, width]

 private:
  std::int64_t heads_;
  std::shared_ptr<layers::Linear> q_;
  std::shared_ptr<layers::Linear> k_;
  std::shared_ptr<layers::Linear> v_;
  std::shared_ptr<layers::Linear> proj_;
};

// x += drop_path(attn(norm1 x)); x += drop_path(mlp(norm2 x)). Of the encoder and the decoder.
class VideoBlock : public torch::nn::Module {
 public:
  explicit VideoBlock(const VideoBlockConfig& config);

  at::Tensor forward(const at::Tensor& x, const layers::TapScope& tap) const;  // [B, N, width]

 private:
  at::Tensor finish_branch(at::Tensor branch) const;

  double drop_path_;
  std::shared_ptr<layers::LayerNorm> norm1_;
  std::shared_ptr<SplitAttention> attn_;
  std::shared_ptr<layers::LayerNorm> norm2_;
  std::shared_ptr<layers::Mlp> mlp_;
};

}  // namespace yardstick
