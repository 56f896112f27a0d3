#pragma once

#include "models/layers/linear.h"
#include "models/layers/mlp.h"
#include "models/layers/norm.h"
#include "models/layers/tap_scope.h"
#include "models/mvit/mvit_config.h"
#include "models/mvit/pooled_attention.h"

#include <torch/nn/module.h>

#include <memory>

namespace yardstick {

// MultiScaleBlock of facebookresearch/SlowFast: x = skip(x) + drop_path(attn(norm1 x)), with the
// maximum over what the queries pool as the skip; x += drop_path(mlp(norm2 x)). Where the width
// changes, in the attention (MViTv2) or in the MLP (MViT), that branch's residual is proj of the
// normed x.
class MvitBlock : public torch::nn::Module {
 public:
  MvitBlock(const MvitBlockConfig& config, double norm_eps);

  // [B, N, width_in] -> [B, M, width_out]
  at::Tensor forward(const at::Tensor& x, const layers::TapScope& tap) const;

 private:
  at::Tensor finish_branch(const at::Tensor& branch) const;
  // `x`, or proj(normed) where this branch changes the width.
  at::Tensor residual(const at::Tensor& x, const at::Tensor& normed, bool changes_width,
                      const layers::TapScope& tap) const;

  MvitBlockConfig config_;
  std::shared_ptr<layers::LayerNorm> norm1_;
  std::shared_ptr<PooledAttention> attn_;
  std::shared_ptr<layers::LayerNorm> norm2_;
  std::shared_ptr<layers::Mlp> mlp_;
  std::shared_ptr<layers::Linear> proj_;  // null where the width stays
};

}  // namespace yardstick
