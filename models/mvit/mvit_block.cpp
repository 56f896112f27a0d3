#include "models/mvit/mvit_block.h"

#include "models/layers/residual.h"
#include "models/mvit/token_pooling.h"

namespace yardstick {

using layers::LayerNorm;
using layers::LayerNormConfig;
using layers::TapScope;

MvitBlock::MvitBlock(const MvitBlockConfig& config, double norm_eps) : config_(config) {
  const std::int64_t width_in = config.width_in();
  const std::int64_t width = config.attention.width_out;
  norm1_ = register_module(
      "norm1", std::make_shared<LayerNorm>(LayerNormConfig{.width = width_in, .eps = norm_eps}));
  attn_ = register_module("attn", std::make_shared<PooledAttention>(config.attention));
  norm2_ = register_module(
      "norm2", std::make_shared<LayerNorm>(LayerNormConfig{.width = width, .eps = norm_eps}));
  mlp_ = register_module(
      "mlp", std::make_shared<layers::Mlp>(layers::MlpConfig{
                 .width = width, .hidden = config.hidden, .width_out = config.width_out}));
  if (width_in != config.width_out) {
    proj_ = register_module("proj", std::make_shared<layers::Linear>(layers::LinearConfig{
                                        .in = width_in, .out = config.width_out}));
  }
}

at::Tensor MvitBlock::finish_branch(const at::Tensor& branch) const {
  if (!is_training() || config_.drop_path == 0) return branch;
  return layers::drop_path(branch, config_.drop_path);
}

at::Tensor MvitBlock::residual(const at::Tensor& x, const at::Tensor& normed, bool changes_width,
                               const TapScope& tap) const {
  if (!changes_width) return x;
  at::Tensor projected = proj_->forward(normed);
  tap.record("proj", projected);
  return projected;
}

at::Tensor MvitBlock::forward(const at::Tensor& x, const TapScope& tap) const {
  const PooledAttentionConfig& attention = config_.attention;
  const at::Tensor normed1 = norm1_->forward(x);
  tap.record("norm1", normed1);
  at::Tensor skip = residual(x, normed1, attention.width_out != attention.width_in, tap);
  if (config_.skip) {
    skip = max_pool_tokens(skip, attention.grid, attention.prefix_tokens, *config_.skip);
  }
  const at::Tensor attended =
      layers::add_branch(skip, finish_branch(attn_->forward(normed1, tap.in("attn"))), tap);
  const at::Tensor normed2 = norm2_->forward(attended);
  tap.record("norm2", normed2);
  at::Tensor out =
      layers::add_branch(residual(attended, normed2, config_.width_out != attention.width_out, tap),
                         finish_branch(mlp_->forward(normed2, tap.in("mlp"))), tap);
  tap.record(out);
  return out;
}

}  // namespace yardstick
