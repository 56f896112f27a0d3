#pragma once

#include "models/layers/linear.h"
#include "models/layers/norm.h"
#include "models/layers/reversible.h"
#include "models/layers/stream_fusion.h"
#include "models/layers/tap_scope.h"
#include "models/mvit/pooled_attention.h"
#include "models/rev_mvit/rev_mvit_config.h"
#include "models/rev_vit/rev_branches.h"

#include <torch/nn/module.h>

#include <memory>

namespace yardstick {

// F of a Rev-MViT: norm and pooled attention, named norm and attn. AttentionSubBlock of
// PySlowFast's reversible_mvit.py.
class PooledAttentionBranch : public layers::ReversibleBranch {
 public:
  PooledAttentionBranch(const PooledAttentionConfig& config, double norm_eps);

  at::Tensor forward(const at::Tensor& x, const layers::TapScope& tap) const override;

  const PooledAttention& attention() const noexcept { return *attn_; }

 private:
  std::shared_ptr<layers::LayerNorm> norm_;
  std::shared_ptr<PooledAttention> attn_;
};

// The block between two runs of reversible ones, which changes the width and the number of tokens:
// Reversible Vision Transformers (arXiv 2302.04869), section 3.3.1, StageTransitionBlock of
// reversible_mvit.py with its names. x = fused streams; x = pooled(proj x) + F(x); x += G(x). The
// residual is pooled with F's own convolution and norm of the queries. Drop path acts on the whole
// x, residual included: a dropped sample is 0 behind it, as officially.
class StageTransition : public torch::nn::Module {
 public:
  StageTransition(const RevMvitBlockConfig& block, const RevMvitConfig& config);

  // [B, N, C] twice -> [B, M, width_out]
  at::Tensor forward(const layers::Streams& streams, const layers::TapScope& tap) const;

 private:
  at::Tensor residual(const at::Tensor& fused) const;

  bool pools_first_;
  double drop_path_;
  std::shared_ptr<layers::StreamFusion> pre_q_fuse_;
  std::shared_ptr<PooledAttentionBranch> f_;
  std::shared_ptr<MlpBranch> g_;
  std::shared_ptr<layers::Linear> res_proj_;  // null where the fused width is that of the result
};

}  // namespace yardstick
