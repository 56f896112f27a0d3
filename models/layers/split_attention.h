#pragma once

#include "models/layers/block_reduction.h"
#include "models/layers/linear.h"
#include "models/layers/tap_scope.h"

#include <torch/nn/module.h>

#include <cstdint>
#include <memory>

namespace yardstick::layers {

struct SplitAttentionConfig {
  std::int64_t width = 0;
  std::int64_t heads = 0;  // must divide width
  bool has_qkv_bias = true;
};

// Multi-head self-attention whose queries, keys and values have a linear layer each, named q, k and
// v, as in mae_st's video_vit and PySlowFast's SEPARATE_QKV; scale head_dim^-0.5.
class SplitAttention : public torch::nn::Module {
 public:
  explicit SplitAttention(const SplitAttentionConfig& config);

  // [B, N, width]. With a `reduction` its attention is computed, and it sees queries and keys.
  at::Tensor forward(const at::Tensor& x, const TapScope& tap,
                     BlockReduction* reduction = nullptr) const;

 private:
  std::int64_t heads_;
  std::shared_ptr<Linear> q_;
  std::shared_ptr<Linear> k_;
  std::shared_ptr<Linear> v_;
  std::shared_ptr<Linear> proj_;
};

}  // namespace yardstick::layers
