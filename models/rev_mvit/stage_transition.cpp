#include "models/rev_mvit/stage_transition.h"

#include "models/layers/residual.h"

namespace yardstick {

using layers::LayerNorm;
using layers::TapScope;

PooledAttentionBranch::PooledAttentionBranch(const PooledAttentionConfig& config, double norm_eps) {
  norm_ = register_module("norm", std::make_shared<LayerNorm>(layers::LayerNormConfig{
                                      .width = config.width_in, .eps = norm_eps}));
  attn_ = register_module("attn", std::make_shared<PooledAttention>(config));
}

at::Tensor PooledAttentionBranch::forward(const at::Tensor& x, const TapScope& tap) const {
  const at::Tensor normed = norm_->forward(x);
  tap.record("norm", normed);
  at::Tensor out = attn_->forward(normed, tap.in("attn"));
  tap.record(out);
  return out;
}

StageTransition::StageTransition(const RevMvitBlockConfig& block, const RevMvitConfig& config)
    : pools_first_(block.attention.pools_first), drop_path_(block.drop_path) {
  const PooledAttentionConfig& attention = block.attention;
  pre_q_fuse_ = register_module(
      "pre_q_fuse", std::make_shared<layers::StreamFusion>(config.transition_fusion, block.width));
  f_ = register_module("F",
                       std::make_shared<PooledAttentionBranch>(attention, config.mvit.norm_eps));
  g_ = register_module(
      "G", std::make_shared<MlpBranch>(MlpBranchConfig{.width = attention.width_out,
                                                       .mlp_ratio = config.mvit.mlp_ratio,
                                                       .norm_eps = config.mvit.norm_eps}));
  if (attention.width_in != attention.width_out) {
    res_proj_ =
        register_module("res_proj", std::make_shared<layers::Linear>(layers::LinearConfig{
                                        .in = attention.width_in, .out = attention.width_out}));
  }
}

at::Tensor StageTransition::residual(const at::Tensor& fused) const {
  const PooledAttention& attention = f_->attention();
  if (!res_proj_) return attention.pool_as_queries(fused);
  return pools_first_ ? res_proj_->forward(attention.pool_as_queries(fused))
                      : attention.pool_as_queries(res_proj_->forward(fused));
}

at::Tensor StageTransition::forward(const layers::Streams& streams, const TapScope& tap) const {
  const at::Tensor fused = pre_q_fuse_->forward(streams, tap.in("pre_q_fuse"));
  tap.record("fused", fused);
  at::Tensor x = layers::add_branch(residual(fused), f_->forward(fused, tap.in("F")), tap);
  x = layers::add_branch(x, g_->forward(x, tap.in("G")), tap);
  if (is_training() && drop_path_ > 0) x = layers::drop_path(x, drop_path_);
  tap.record(x);
  return x;
}

}  // namespace yardstick
