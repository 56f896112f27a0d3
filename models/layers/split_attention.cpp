#include "models/layers/split_attention.h"

#include "models/layers/attention.h"

#include <string_view>

namespace yardstick::layers {

SplitAttention::SplitAttention(const SplitAttentionConfig& config) : heads_(config.heads) {
  const LinearConfig part{.in = config.width, .out = config.width, .has_bias = config.has_qkv_bias};
  q_ = register_module("q", std::make_shared<Linear>(part));
  k_ = register_module("k", std::make_shared<Linear>(part));
  v_ = register_module("v", std::make_shared<Linear>(part));
  proj_ = register_module(
      "proj", std::make_shared<Linear>(LinearConfig{.in = config.width, .out = config.width}));
}

at::Tensor SplitAttention::forward(const at::Tensor& x, const TapScope& tap,
                                   BlockReduction* reduction) const {
  const auto project = [&](const Linear& linear, std::string_view name) {
    const at::Tensor y = linear.forward(x);
    tap.record(name, y);
    return y.view({y.size(0), y.size(1), heads_, y.size(2) / heads_});  // [B, N, H, d]
  };
  const at::Tensor q = project(*q_, "q");
  const at::Tensor k = project(*k_, "k");
  const at::Tensor v = project(*v_, "v");
  const at::Tensor attended = reduction == nullptr ? attend(q, k, v) : reduction->attend(q, k, v);
  at::Tensor out = proj_->forward(attended.flatten(2));
  tap.record("proj", out);
  tap.record(out);
  return out;
}

}  // namespace yardstick::layers
