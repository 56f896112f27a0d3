#pragma once

#include "models/layers/init_scale.h"
#include "models/layers/linear.h"
#include "models/layers/tap_scope.h"
#include "models/mvit/pooled_attention_config.h"
#include "models/mvit/relative_positions.h"
#include "models/mvit/token_pooling.h"

#include <torch/nn/module.h>

#include <memory>
#include <optional>
#include <string>

namespace yardstick {

// Attention with pooled queries, keys and values: MViT (arXiv 2104.11227, section 3.1) and MViTv2
// (arXiv 2112.01526, section 4.1), MultiScaleAttention of facebookresearch/SlowFast with its names.
class PooledAttention : public torch::nn::Module {
 public:
  // Requires: problem_of(config) is empty.
  explicit PooledAttention(const PooledAttentionConfig& config);

  // [B, prefix + tokens of config.grid, width_in] -> [B, prefix + tokens of q_grid(), width_out]
  at::Tensor forward(const at::Tensor& x, const layers::TapScope& tap) const;
  // Tokens pooled as the queries are, as a residual path may be: [B, prefix + N, C] -> [B, prefix +
  // M, C]. C is what the queries have where they are pooled.
  at::Tensor pool_as_queries(const at::Tensor& tokens) const;

  // Tables of relative positions, which no other module's start covers.
  void init_tables(InitScale scale) const;

 private:
  enum class Part { kQuery, kKey, kValue };

  // [B, prefix + N, width] -> [B, prefix + M, heads, d]
  at::Tensor pooled(Part part, const at::Tensor& x) const;
  at::Tensor project(Part part, const at::Tensor& x) const;
  at::Tensor by_head(const at::Tensor& tokens) const;
  at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) const;
  at::Tensor add_queries(at::Tensor attended, const at::Tensor& q,
                         const layers::TapScope& tap) const;

  PooledAttentionConfig config_;
  RelativeTables tables_;
  std::shared_ptr<layers::Linear> qkv_;       // or the three below
  std::shared_ptr<layers::Linear> parts_[3];  // q, k, v
  std::shared_ptr<layers::Linear> proj_;
  std::optional<TokenPooling> pools_[3];  // of queries, keys, values
  std::optional<RelativePositions> positions_;
};

}  // namespace yardstick
