#pragma once

#include "models/hiera/hiera_config.h"
#include "models/layers/linear.h"
#include "models/layers/mlp.h"
#include "models/layers/norm.h"
#include "models/layers/residual.h"
#include "models/layers/tap_scope.h"

#include <torch/nn/module.h>

#include <cstdint>
#include <memory>

namespace yardstick {

// Attention within mask units or over all tokens, whose queries may be max-pooled first. Tokens are
// in TokenOrder. The official code makes a 5-D call of the fused kernel, which falls back to plain
// arithmetic; here windows and heads are one dimension of a 4-D call, over views that copy nothing.
class MaskUnitAttention : public torch::nn::Module {
 public:
  explicit MaskUnitAttention(const HieraBlockConfig& config);

  // [B, N, width_in] -> [B, N / pool_stride, width_out]
  at::Tensor forward(const at::Tensor& x, const layers::TapScope& tap) const;

 private:
  struct Projected {
    at::Tensor q, k, v;  // [B, tokens of a window, windows * heads, head width]
  };
  Projected project(const at::Tensor& x, const layers::TapScope& tap) const;

  std::int64_t width_out_;
  std::int64_t heads_;
  std::int64_t pool_stride_;
  std::int64_t window_;  // 0: global
  std::shared_ptr<layers::Linear> qkv_;
  std::shared_ptr<layers::Linear> proj_;
};

class HieraBlock : public torch::nn::Module {
 public:
  explicit HieraBlock(const HieraBlockConfig& config);

  // [B, N, width_in] -> [B, N / pool_stride, width_out]
  at::Tensor forward(const at::Tensor& x, const layers::TapScope& tap) const;

  const HieraBlockConfig& config() const noexcept { return config_; }

 private:
  at::Tensor residual_of(const at::Tensor& x, const at::Tensor& normed,
                         const layers::TapScope& tap) const;
  at::Tensor finish_branch(at::Tensor branch, const layers::LayerScale* scale,
                           std::string_view scale_name, const layers::TapScope& tap) const;

  HieraBlockConfig config_;
  std::shared_ptr<layers::LayerNorm> norm1_;
  std::shared_ptr<MaskUnitAttention> attn_;
  std::shared_ptr<layers::LayerScale> ls1_;  // null without layer scale
  std::shared_ptr<layers::LayerNorm> norm2_;
  std::shared_ptr<layers::Mlp> mlp_;
  std::shared_ptr<layers::LayerScale> ls2_;
  std::shared_ptr<layers::Linear> proj_;  // null unless the width changes by projection
};

}  // namespace yardstick
