#include "models/mae_st/video_block.h"

#include "models/layers/attention.h"
#include "models/layers/residual.h"

#include <string_view>

namespace yardstick {

using layers::LayerNorm;
using layers::Linear;
using layers::LinearConfig;
using layers::TapScope;

SplitAttention::SplitAttention(const VideoBlockConfig& config) : heads_(config.heads) {
  const LinearConfig part{.in = config.width, .out = config.width, .has_bias = config.has_qkv_bias};
  q_ = register_module("q", std::make_shared<Linear>(part));
  k_ = register_module("k", std::make_shared<Linear>(part));
  v_ = register_module("v", std::make_shared<Linear>(part));
  proj_ = register_module(
      "proj", std::make_shared<Linear>(LinearConfig{.in = config.width, .out = config.width}));
}

at::Tensor SplitAttention::forward(const at::Tensor& x, const TapScope& tap) const {
  const auto project = [&](const Linear& linear, std::string_view name) {
    const at::Tensor y = linear.forward(x);
    tap.record(name, y);
    return y.view({y.size(0), y.size(1), heads_, y.size(2) / heads_});  // [B, N, H, d]
  };
  const at::Tensor q = project(*q_, "q");
  const at::Tensor k = project(*k_, "k");
  const at::Tensor v = project(*v_, "v");
  at::Tensor out = proj_->forward(layers::attend(q, k, v).flatten(2));
  tap.record("proj", out);
  tap.record(out);
  return out;
}

VideoBlock::VideoBlock(const VideoBlockConfig& config) : drop_path_(config.drop_path) {
  const layers::LayerNormConfig norm{.width = config.width, .eps = config.norm_eps};
  norm1_ = register_module("norm1", std::make_shared<LayerNorm>(norm));
  attn_ = register_module("attn", std::make_shared<SplitAttention>(config));
  norm2_ = register_module("norm2", std::make_shared<LayerNorm>(norm));
  mlp_ = register_module("mlp", std::make_shared<layers::Mlp>(layers::MlpConfig{
                                    .width = config.width,
                                    .hidden = static_cast<std::int64_t>(
                                        static_cast<double>(config.width) * config.mlp_ratio)}));
}

at::Tensor VideoBlock::finish_branch(at::Tensor branch) const {
  return is_training() && drop_path_ > 0 ? layers::drop_path(branch, drop_path_) : branch;
}

at::Tensor VideoBlock::forward(const at::Tensor& x, const TapScope& tap) const {
  const at::Tensor normed1 = norm1_->forward(x);
  tap.record("norm1", normed1);
  const at::Tensor attended =
      layers::add_branch(x, finish_branch(attn_->forward(normed1, tap.in("attn"))), tap);
  const at::Tensor normed2 = norm2_->forward(attended);
  tap.record("norm2", normed2);
  at::Tensor out =
      layers::add_branch(attended, finish_branch(mlp_->forward(normed2, tap.in("mlp"))), tap);
  tap.record(out);
  return out;
}

}  // namespace yardstick
