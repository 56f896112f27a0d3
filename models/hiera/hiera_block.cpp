#include "models/hiera/hiera_block.h"

#include "models/layers/attention.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/linear.h>

#include <utility>

namespace yardstick {

using layers::LayerNorm;
using layers::LayerScale;
using layers::Linear;
using layers::LinearConfig;
using layers::TapScope;

namespace {

// [B, N, ...] -> [B, stride, N / stride, ...]: the tokens of a pooling group along dimension 1.
at::Tensor pooling_groups(const at::Tensor& tokens, std::int64_t stride) {
  return tokens.unflatten(1, {stride, tokens.size(1) / stride});
}

at::Tensor max_pool(const at::Tensor& tokens, std::int64_t stride) {
  return stride == 1 ? tokens : pooling_groups(tokens, stride).amax(1);
}

}  // namespace

MaskUnitAttention::MaskUnitAttention(const HieraBlockConfig& config)
    : width_out_(config.width_out),
      heads_(config.heads),
      pool_stride_(config.pool_stride),
      window_(config.window) {
  qkv_ = register_module("qkv", std::make_shared<Linear>(LinearConfig{
                                    .in = config.width_in, .out = 3 * config.width_out}));
  proj_ = register_module("proj", std::make_shared<Linear>(LinearConfig{.in = config.width_out,
                                                                        .out = config.width_out}));
}

MaskUnitAttention::Projected MaskUnitAttention::project(const at::Tensor& x,
                                                        const TapScope& tap) const {
  const std::int64_t windows = window_ > 0 ? x.size(1) / (pool_stride_ * window_) : 1;
  const std::int64_t batch = x.size(0);
  const std::int64_t length = x.size(1) / windows;
  const std::int64_t groups = windows * heads_;
  const std::int64_t head_width = width_out_ / heads_;
  if (windows == 1 || heads_ == 1) {
    // Token l * windows + w holds q, k, v, each of all heads: with one window or one head the other
    // of the two lies next to them, and a packed product can be viewed as three.
    const at::Tensor packed = qkv_->forward(x);
    tap.record("qkv", packed);
    const at::Tensor split = windows == 1 ? packed.view({batch, length, 3, groups, head_width})
                                          : packed.view({batch, length, groups, 3, head_width});
    const std::int64_t part = windows == 1 ? 2 : 3;
    return {split.select(part, 0), split.select(part, 1), split.select(part, 2)};
  }
  const auto weights = qkv_->weight.view({3, width_out_, x.size(2)}).unbind(0);
  const auto biases = qkv_->bias.view({3, width_out_}).unbind(0);
  at::Tensor parts[3];
  for (std::size_t i = 0; i < 3; ++i) parts[i] = at::linear(x, weights[i], biases[i]);
  if (tap) tap.record("qkv", at::cat({parts[0], parts[1], parts[2]}, -1));
  const auto by_group = [&](const at::Tensor& part) {
    return part.view({batch, length, groups, head_width});
  };
  return {by_group(parts[0]), by_group(parts[1]), by_group(parts[2])};
}

at::Tensor MaskUnitAttention::forward(const at::Tensor& x, const TapScope& tap) const {
  const auto [q, k, v] = project(x, tap);
  const at::Tensor attended = layers::attend(max_pool(q, pool_stride_), k, v);
  at::Tensor out = proj_->forward(attended.view({x.size(0), x.size(1) / pool_stride_, width_out_}));
  tap.record("proj", out);
  tap.record(out);
  return out;
}

HieraBlock::HieraBlock(const HieraBlockConfig& config) : config_(config) {
  const auto make_norm = [&](std::int64_t width) {
    return std::make_shared<LayerNorm>(
        layers::LayerNormConfig{.width = width, .eps = config.norm_eps});
  };
  norm1_ = register_module("norm1", make_norm(config.width_in));
  attn_ = register_module("attn", std::make_shared<MaskUnitAttention>(config));
  norm2_ = register_module("norm2", make_norm(config.width_out));
  mlp_ = register_module("mlp", std::make_shared<layers::Mlp>(layers::MlpConfig{
                                    .width = config.width_out, .hidden = config.hidden}));
  if (config.has_layer_scale) {
    ls1_ = register_module("ls1", std::make_shared<LayerScale>(config.width_out));
    ls2_ = register_module("ls2", std::make_shared<LayerScale>(config.width_out));
  }
  if (config.width_in != config.width_out && config.residual == HieraResidual::kProjection) {
    proj_ = register_module("proj", std::make_shared<Linear>(LinearConfig{
                                        .in = config.width_in, .out = config.width_out}));
  }
}

at::Tensor HieraBlock::residual_of(const at::Tensor& x, const at::Tensor& normed,
                                   const TapScope& tap) const {
  if (config_.width_in == config_.width_out) return x;
  if (proj_) {
    const at::Tensor projected = proj_->forward(normed);
    tap.record("proj", projected);
    return max_pool(projected, config_.pool_stride);
  }
  const at::Tensor groups = pooling_groups(x, config_.pool_stride);
  return at::cat({groups.amax(1), groups.mean(1)}, -1);
}

at::Tensor HieraBlock::finish_branch(at::Tensor branch, const LayerScale* scale,
                                     std::string_view scale_name, const TapScope& tap) const {
  if (scale != nullptr) {
    branch = scale->forward(branch);
    tap.record(scale_name, branch);
  }
  if (is_training() && config_.drop_path > 0) {
    branch = layers::drop_path(branch, config_.drop_path);
  }
  return branch;
}

at::Tensor HieraBlock::forward(const at::Tensor& x, const TapScope& tap) const {
  const at::Tensor normed1 = norm1_->forward(x);
  tap.record("norm1", normed1);
  const at::Tensor attended = layers::add_branch(
      residual_of(x, normed1, tap),
      finish_branch(attn_->forward(normed1, tap.in("attn")), ls1_.get(), "ls1", tap), tap);
  const at::Tensor normed2 = norm2_->forward(attended);
  tap.record("norm2", normed2);
  at::Tensor out = layers::add_branch(
      attended, finish_branch(mlp_->forward(normed2, tap.in("mlp")), ls2_.get(), "ls2", tap), tap);
  tap.record(out);
  return out;
}

}  // namespace yardstick
