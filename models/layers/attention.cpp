#include "models/layers/attention.h"

#include <ATen/ops/scaled_dot_product_attention.h>

namespace yardstick::layers {

at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  const at::Tensor out =
      at::scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2));
  return out.transpose(1, 2).contiguous();
}

Attention::Attention(const AttentionConfig& config) : heads_(config.heads) {
  qkv_ = register_module(
      "qkv", std::make_shared<Linear>(LinearConfig{
                 .in = config.width, .out = 3 * config.width, .has_bias = config.has_qkv_bias}));
  if (config.has_qk_norm) {
    const LayerNormConfig norm{.width = config.width / config.heads, .eps = config.norm_eps};
    q_norm_ = register_module("q_norm", std::make_shared<LayerNorm>(norm));
    k_norm_ = register_module("k_norm", std::make_shared<LayerNorm>(norm));
  }
  proj_ = register_module(
      "proj", std::make_shared<Linear>(LinearConfig{
                  .in = config.width, .out = config.width, .has_bias = config.has_proj_bias}));
}

at::Tensor Attention::forward(const at::Tensor& x, const TapScope& tap) const {
  const at::Tensor packed = qkv_->forward(x);
  tap.record("qkv", packed);
  const at::Tensor split =
      packed.view({x.size(0), x.size(1), 3, heads_, x.size(2) / heads_});  // [B, N, 3, H, d]
  at::Tensor q = split.select(2, 0);
  at::Tensor k = split.select(2, 1);
  const at::Tensor v = split.select(2, 2);
  if (q_norm_) {
    q = q_norm_->forward(q);
    k = k_norm_->forward(k);
    tap.record("q_norm", q.transpose(1, 2));
    tap.record("k_norm", k.transpose(1, 2));
  }
  const at::Tensor out = proj_->forward(attend(q, k, v).flatten(2));
  tap.record("proj", out);
  tap.record(out);
  return out;
}

}  // namespace yardstick::layers
