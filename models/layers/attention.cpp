#include "models/layers/attention.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/pad.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>

#include <cmath>

namespace yardstick::layers {
namespace {

// Fused kernels of CUDA want widths of a multiple of 8.
constexpr std::int64_t kWidthStep = 8;
constexpr std::int64_t kBiasChannels = 2;

// For half types the bias becomes two more channels of the keys, which queries multiply by 1:
// q' = [q, 1, 1, 0...], k' = [k, high, low, 0...] with high + low = bias * sqrt(d). A mask of a
// half type would lose the bias's last digits (0.45 % of the output, against 0.001 % so) and keep
// flash kernels out; one of single precision beside half-type queries is misread by cuDNN's
// attention in LibTorch 2.11 (pytorch#191612) and refused by others.
bool folds_bias(at::ScalarType type) { return type == at::kHalf || type == at::kBFloat16; }

double scale_of(std::int64_t width) { return 1.0 / std::sqrt(static_cast<double>(width)); }

// How many channels queries and keys of `width` get.
std::int64_t more_channels(std::int64_t width) {
  return (width + kBiasChannels + kWidthStep - 1) / kWidthStep * kWidthStep - width;
}

// And values: CPU kernels take only those of the keys' width, CUDA's cuDNN and memory-efficient
// ones any.
std::int64_t more_value_channels(const at::Tensor& like, std::int64_t width) {
  return like.is_cpu() ? more_channels(width) : 0;
}

// High and low, [B, N, 1, 2], for keys of `width` and `type`.
at::Tensor bias_channels(const at::Tensor& key_bias, std::int64_t width, at::ScalarType type) {
  const at::Tensor unscaled = key_bias / scale_of(width);  // [B, N]
  const at::Tensor high = unscaled.to(type);
  const at::Tensor low = (unscaled - high).to(type);
  return at::stack({high, low}, -1).unsqueeze(2);
}

// Of q', k' and v' [B, N, H, d + more]: [B, M, H, width].
at::Tensor attend_wide(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                       std::int64_t width) {
  const at::Tensor out = at::scaled_dot_product_attention(
      q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2), /*attn_mask=*/{}, /*dropout_p=*/0.0,
      /*is_causal=*/false, scale_of(width));
  return out.narrow(3, 0, width).transpose(1, 2).contiguous();
}

at::Tensor attend_folded(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                         const at::Tensor& key_bias) {
  const std::int64_t width = q.size(3);
  const std::int64_t more = more_channels(width);
  at::Tensor ones = at::zeros({1, 1, 1, more}, q.options());
  ones.narrow(3, 0, kBiasChannels).fill_(1.0);
  const at::Tensor bias =
      at::pad(bias_channels(key_bias, width, k.scalar_type()), {0, more - kBiasChannels});
  const auto widened = [](const at::Tensor& x, const at::Tensor& channels) {
    return at::cat({x, channels.expand({x.size(0), x.size(1), x.size(2), -1})}, -1);
  };
  const std::int64_t more_of_v = more_value_channels(v, width);
  return attend_wide(widened(q, ones), widened(k, bias),
                     more_of_v > 0 ? at::pad(v, {0, more_of_v}) : v, width);
}

}  // namespace

at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  const at::Tensor out =
      at::scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2));
  return out.transpose(1, 2).contiguous();
}

at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                  const at::Tensor& key_bias) {
  if (!key_bias.defined()) return attend(q, k, v);
  if (folds_bias(q.scalar_type())) return attend_folded(q, k, v, key_bias);
  // In single precision a mask is exact, and the CPU's flash and CUDA's memory-efficient kernel
  // take it as it is, unexpanded: nothing of the size of q or k is copied.
  const at::Tensor mask = key_bias.to(q.scalar_type()).unsqueeze(1).unsqueeze(1);  // [B, 1, 1, N]
  const at::Tensor out = at::scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2),
                                                          v.transpose(1, 2), mask);
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

// One product whose weight has rows of zeros behind each head's rows for queries and keys, where
// the bias then goes: copying queries and keys into wider memory takes 1.4 to 1.9 times as long in
// all (docs/results/h100.md).
at::Tensor Attention::attend_widened(const at::Tensor& x, const at::Tensor& key_bias,
                                     BlockReduction& reduction) const {
  const std::int64_t width = x.size(2) / heads_;
  const std::int64_t wide = width + more_channels(width);
  const std::int64_t wide_v = width + more_value_channels(x, width);
  const std::int64_t first_of_v = 2 * heads_ * wide;
  // [3 H d, columns] with zeros between.
  const auto widened = [&](const at::Tensor& rows) {
    const std::int64_t columns = rows.size(1);
    const at::Tensor parts = rows.view({3, heads_, width, columns});
    at::Tensor out = at::zeros({first_of_v + heads_ * wide_v, columns}, rows.options());
    out.narrow(0, 0, first_of_v)
        .view({2, heads_, wide, columns})
        .narrow(2, 0, width)
        .copy_(parts.narrow(0, 0, 2));
    out.narrow(0, first_of_v, heads_ * wide_v)
        .view({heads_, wide_v, columns})
        .narrow(1, 0, width)
        .copy_(parts[2]);
    return out;
  };
  at::Tensor bias =
      widened(qkv_->bias.defined() ? qkv_->bias.unsqueeze(1)
                                   : at::zeros({3 * x.size(2), 1}, qkv_->weight.options()))
          .squeeze(1);
  bias.narrow(0, 0, heads_ * wide).view({heads_, wide}).narrow(1, width, kBiasChannels).fill_(1.0);

  const at::Tensor packed = at::linear(x, widened(qkv_->weight), bias);
  const auto part = [&](std::int64_t first, std::int64_t head_width) {
    return packed.narrow(2, first, heads_ * head_width)
        .view({x.size(0), x.size(1), heads_, head_width});
  };
  const at::Tensor q = part(0, wide);
  const at::Tensor k = part(heads_ * wide, wide);
  const at::Tensor v = part(first_of_v, wide_v);
  k.narrow(3, width, kBiasChannels)
      .copy_(bias_channels(key_bias, width, k.scalar_type()).expand({-1, -1, heads_, -1}));
  const at::Tensor own =
      reduction.attend_own(q.narrow(3, 0, width), k.narrow(3, 0, width), v.narrow(3, 0, width));
  return own.defined() ? own : attend_wide(q, k, v, width);
}

at::Tensor Attention::forward(const at::Tensor& x, const TapScope& tap,
                              BlockReduction* reduction) const {
  if (reduction != nullptr && !tap && !q_norm_ && !at::GradMode::is_enabled() &&
      folds_bias(x.scalar_type()) && qkv_->weight.scalar_type() == x.scalar_type()) {
    const at::Tensor key_bias = reduction->key_bias();
    if (key_bias.defined()) {
      return proj_->forward(attend_widened(x, key_bias, *reduction).flatten(2));
    }
  }
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
  const at::Tensor attended = reduction == nullptr ? attend(q, k, v) : reduction->attend(q, k, v);
  const at::Tensor out = proj_->forward(attended.flatten(2));
  tap.record("proj", out);
  tap.record(out);
  return out;
}

}  // namespace yardstick::layers
