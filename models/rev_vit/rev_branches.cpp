#include "models/rev_vit/rev_branches.h"

namespace yardstick {

using layers::LayerNorm;
using layers::LayerNormConfig;
using layers::TapScope;

AttentionBranch::AttentionBranch(const AttentionBranchConfig& config) {
  norm_ = register_module("norm", std::make_shared<LayerNorm>(LayerNormConfig{
                                      .width = config.width, .eps = config.norm_eps}));
  if (config.has_separate_qkv) {
    separate_ = register_module(
        "attn",
        std::make_shared<layers::SplitAttention>(layers::SplitAttentionConfig{
            .width = config.width, .heads = config.heads, .has_qkv_bias = config.has_qkv_bias}));
  } else {
    packed_ = register_module(
        "attn",
        std::make_shared<layers::Attention>(layers::AttentionConfig{
            .width = config.width, .heads = config.heads, .has_qkv_bias = config.has_qkv_bias}));
  }
}

at::Tensor AttentionBranch::forward(const at::Tensor& x, const TapScope& tap) const {
  const at::Tensor normed = norm_->forward(x);
  tap.record("norm", normed);
  at::Tensor out = separate_ ? separate_->forward(normed, tap.in("attn"))
                             : packed_->forward(normed, tap.in("attn"));
  tap.record(out);
  return out;
}

MlpBranch::MlpBranch(const MlpBranchConfig& config) {
  norm_ = register_module("norm", std::make_shared<LayerNorm>(LayerNormConfig{
                                      .width = config.width, .eps = config.norm_eps}));
  mlp_ = register_module("mlp", std::make_shared<layers::Mlp>(layers::MlpConfig{
                                    .width = config.width,
                                    .hidden = static_cast<std::int64_t>(
                                        static_cast<double>(config.width) * config.mlp_ratio)}));
}

at::Tensor MlpBranch::forward(const at::Tensor& x, const TapScope& tap) const {
  const at::Tensor normed = norm_->forward(x);
  tap.record("norm", normed);
  at::Tensor out = mlp_->forward(normed, tap.in("mlp"));
  tap.record(out);
  return out;
}

}  // namespace yardstick
