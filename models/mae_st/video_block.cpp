#include "models/mae_st/video_block.h"

#include "models/layers/residual.h"

#include <utility>

namespace yardstick {

using layers::LayerNorm;
using layers::SplitAttention;
using layers::SplitAttentionConfig;
using layers::TapScope;

VideoBlock::VideoBlock(const VideoBlockConfig& config) : drop_path_(config.drop_path) {
  const layers::LayerNormConfig norm{.width = config.width, .eps = config.norm_eps};
  norm1_ = register_module("norm1", std::make_shared<LayerNorm>(norm));
  attn_ = register_module(
      "attn",
      std::make_shared<SplitAttention>(SplitAttentionConfig{
          .width = config.width, .heads = config.heads, .has_qkv_bias = config.has_qkv_bias}));
  norm2_ = register_module("norm2", std::make_shared<LayerNorm>(norm));
  mlp_ = register_module("mlp", std::make_shared<layers::Mlp>(layers::MlpConfig{
                                    .width = config.width,
                                    .hidden = static_cast<std::int64_t>(
                                        static_cast<double>(config.width) * config.mlp_ratio)}));
}

at::Tensor VideoBlock::finish_branch(at::Tensor branch) const {
  return is_training() && drop_path_ > 0 ? layers::drop_path(branch, drop_path_) : branch;
}

at::Tensor VideoBlock::forward(const at::Tensor& x, const TapScope& tap,
                               layers::BlockReduction* reduction) const {
  const at::Tensor normed1 = norm1_->forward(x);
  tap.record("norm1", normed1);
  at::Tensor attended =
      layers::add_branch(x, finish_branch(attn_->forward(normed1, tap.in("attn"), reduction)), tap);
  if (reduction != nullptr) attended = reduction->reduce(std::move(attended));
  const at::Tensor normed2 = norm2_->forward(attended);
  tap.record("norm2", normed2);
  at::Tensor out =
      layers::add_branch(attended, finish_branch(mlp_->forward(normed2, tap.in("mlp"))), tap);
  tap.record(out);
  return out;
}

}  // namespace yardstick
