#include "models/hiera/sam2_block.h"

#include "models/layers/attention.h"
#include "models/layers/residual.h"

#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/gelu.h>

#include <utility>

namespace yardstick {

using layers::LayerNorm;
using layers::Linear;
using layers::LinearConfig;
using layers::TapScope;

namespace {

// The maximum over each square of `stride` x `stride` tokens, [B, H, W, ...].
at::Tensor max_pool(const at::Tensor& x, std::int64_t stride) {
  if (stride == 1) return x;
  return x.unflatten(2, {-1, stride}).unflatten(1, {-1, stride}).amax({2, 4});
}

std::int64_t rounded_up(std::int64_t size, std::int64_t multiple) {
  return (size + multiple - 1) / multiple * multiple;
}

// [B, H, W, C] -> [B * windows, side, side, C]. Requires: `side` divides H and W.
at::Tensor to_windows(const at::Tensor& x, std::int64_t side) {
  return x.unflatten(2, {-1, side})
      .unflatten(1, {-1, side})
      .transpose(2, 3)
      .reshape({-1, side, side, x.size(3)});
}

// The inverse, for images of `height` x `width` tokens.
at::Tensor from_windows(const at::Tensor& windows, std::int64_t height, std::int64_t width) {
  const std::int64_t side = windows.size(1);
  const std::int64_t channels = windows.size(3);
  return windows.view({-1, height / side, width / side, side, side, channels})
      .transpose(2, 3)
      .reshape({-1, height, width, channels});
}

}  // namespace

Sam2Attention::Sam2Attention(const Sam2BlockConfig& config)
    : width_out_(config.width_out), heads_(config.heads), pool_stride_(config.pool_stride) {
  qkv_ = register_module("qkv", std::make_shared<Linear>(LinearConfig{
                                    .in = config.width_in, .out = 3 * config.width_out}));
  proj_ = register_module("proj", std::make_shared<Linear>(LinearConfig{.in = config.width_out,
                                                                        .out = config.width_out}));
}

at::Tensor Sam2Attention::forward(const at::Tensor& x) const {
  const at::Tensor qkv =
      qkv_->forward(x).unflatten(3, {3, heads_, width_out_ / heads_});  // [B, H, W, 3, heads, d]
  const at::Tensor q = max_pool(qkv.select(3, 0), pool_stride_);
  const at::Tensor kv = qkv.flatten(1, 2);
  const at::Tensor attended =
      layers::attend(q.flatten(1, 2), kv.select(2, 1), kv.select(2, 2));  // [B, tokens, heads, d]
  return proj_->forward(attended.view({x.size(0), q.size(1), q.size(2), width_out_}));
}

Sam2Mlp::Sam2Mlp(const Sam2BlockConfig& config) {
  layers_ = register_module("layers", std::make_shared<layers::ModuleList<Linear>>());
  layers_->push_back(
      std::make_shared<Linear>(LinearConfig{.in = config.width_out, .out = config.hidden}));
  layers_->push_back(
      std::make_shared<Linear>(LinearConfig{.in = config.hidden, .out = config.width_out}));
}

at::Tensor Sam2Mlp::forward(const at::Tensor& x) const {
  at::Tensor hidden = (*layers_)[0].forward(x);
  if (hidden.requires_grad()) {
    hidden = at::gelu(hidden);
  } else {
    at::gelu_(hidden);
  }
  return (*layers_)[1].forward(hidden);
}

Sam2Block::Sam2Block(const Sam2BlockConfig& config) : config_(config) {
  const auto make_norm = [&](std::int64_t width) {
    return std::make_shared<LayerNorm>(
        layers::LayerNormConfig{.width = width, .eps = config.norm_eps});
  };
  norm1_ = register_module("norm1", make_norm(config.width_in));
  attn_ = register_module("attn", std::make_shared<Sam2Attention>(config));
  norm2_ = register_module("norm2", make_norm(config.width_out));
  mlp_ = register_module("mlp", std::make_shared<Sam2Mlp>(config));
  if (config.width_in != config.width_out) {
    proj_ = register_module("proj", std::make_shared<Linear>(LinearConfig{
                                        .in = config.width_in, .out = config.width_out}));
  }
}

at::Tensor Sam2Block::attend(const at::Tensor& x) const {
  const std::int64_t window = config_.window;
  if (window == 0) return attn_->forward(x);
  const std::int64_t height = rounded_up(x.size(1), window);
  const std::int64_t width = rounded_up(x.size(2), window);
  const bool fits = height == x.size(1) && width == x.size(2);
  const at::Tensor whole =
      fits ? x : at::constant_pad_nd(x, {0, 0, 0, width - x.size(2), 0, height - x.size(1)});
  const at::Tensor attended =
      from_windows(attn_->forward(to_windows(whole, window)), height / config_.pool_stride,
                   width / config_.pool_stride);
  if (fits) return attended;
  return attended.slice(1, 0, x.size(1) / config_.pool_stride)
      .slice(2, 0, x.size(2) / config_.pool_stride)
      .contiguous();
}

at::Tensor Sam2Block::finish_branch(at::Tensor branch) const {
  if (is_training() && config_.drop_path > 0) return layers::drop_path(branch, config_.drop_path);
  return branch;
}

at::Tensor Sam2Block::forward(const at::Tensor& x, const TapScope& tap) const {
  const at::Tensor normed1 = norm1_->forward(x);
  tap.record("norm1", normed1);
  const at::Tensor residual = proj_ ? max_pool(proj_->forward(normed1), config_.pool_stride) : x;
  const at::Tensor branch = attend(normed1);
  tap.record("attn", branch);
  const at::Tensor attended = layers::add_branch(residual, finish_branch(branch), tap);
  const at::Tensor normed2 = norm2_->forward(attended);
  tap.record("norm2", normed2);
  const at::Tensor mlp = mlp_->forward(normed2);
  tap.record("mlp", mlp);
  at::Tensor out = layers::add_branch(attended, finish_branch(mlp), tap);
  tap.record(out);
  return out;
}

}  // namespace yardstick
