#pragma once

#include "models/layers/block_reduction.h"
#include "models/layers/mlp.h"
#include "models/layers/norm.h"
#include "models/layers/split_attention.h"
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

// x += drop_path(attn(norm1 x)); x += drop_path(mlp(norm2 x)). Of the encoder and the decoder. A
// `reduction` takes tokens away between the two.
class VideoBlock : public torch::nn::Module {
 public:
  explicit VideoBlock(const VideoBlockConfig& config);

  at::Tensor forward(const at::Tensor& x, const layers::TapScope& tap,
                     layers::BlockReduction* reduction = nullptr) const;  // [B, N, width]

 private:
  at::Tensor finish_branch(at::Tensor branch) const;

  double drop_path_;
  std::shared_ptr<layers::LayerNorm> norm1_;
  std::shared_ptr<layers::SplitAttention> attn_;
  std::shared_ptr<layers::LayerNorm> norm2_;
  std::shared_ptr<layers::Mlp> mlp_;
};

}  // namespace yardstick
