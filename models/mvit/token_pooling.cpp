#include "models/mvit/token_pooling.h"

#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/avg_pool3d.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv3d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/max_pool3d.h>

namespace yardstick {
namespace {

// The last two or all three of the sizes.
at::IntArrayRef over_space(const Thw& sizes) { return at::IntArrayRef(sizes).slice(1); }
at::IntArrayRef over_all(const Thw& sizes) { return sizes; }

// Applies `in_space` to tokens [B, N, C] as [B, C, T, H, W], or `in_frames` as [B * T, C, H, W]
// where the pool keeps frames apart. Channels stay last in memory, where tokens have them, so that
// nothing is copied on the way in and out.
template <typename InFrames, typename InSpace>
at::Tensor over_grid(const at::Tensor& tokens, const Thw& grid, const PoolShape& shape,
                     InFrames in_frames, InSpace in_space) {
  const auto [t, h, w] = grid;
  const std::int64_t batch = tokens.size(0);
  const std::int64_t channels = tokens.size(2);
  const Thw left = shape.pooled(grid);
  at::Tensor pooled;
  if (shape.keeps_frames_apart()) {
    pooled = in_frames(tokens.reshape({batch * t, h, w, channels}).permute({0, 3, 1, 2}))
                 .permute({0, 2, 3, 1});  // [B * T, H, W, C]
  } else {
    pooled = in_space(tokens.reshape({batch, t, h, w, channels}).permute({0, 4, 1, 2, 3}))
                 .permute({0, 2, 3, 4, 1});  // [B, T, H, W, C]
  }
  return pooled.reshape({batch, count_of(left), channels});
}

// `pool` acts on the tokens behind the prefix.
template <typename Pool>
at::Tensor behind_prefix(const at::Tensor& tokens, std::int64_t prefix_tokens, Pool pool) {
  if (prefix_tokens == 0) return pool(tokens);
  return at::cat({tokens.slice(1, 0, prefix_tokens), pool(tokens.slice(1, prefix_tokens))}, 1);
}

at::Tensor max_pool(const at::Tensor& tokens, const Thw& grid, const PoolShape& shape) {
  const Thw padding = shape.padding();
  return over_grid(
      tokens, grid, shape,
      [&](const at::Tensor& frames) {
        return at::max_pool2d(frames, over_space(shape.kernel), over_space(shape.stride),
                              over_space(padding));
      },
      [&](const at::Tensor& clips) {
        return at::max_pool3d(clips, over_all(shape.kernel), over_all(shape.stride),
                              over_all(padding));
      });
}

at::Tensor mean_pool(const at::Tensor& tokens, const Thw& grid, const PoolShape& shape) {
  const Thw padding = shape.padding();
  return over_grid(
      tokens, grid, shape,
      [&](const at::Tensor& frames) {
        return at::avg_pool2d(frames, over_space(shape.kernel), over_space(shape.stride),
                              over_space(padding));
      },
      [&](const at::Tensor& clips) {
        return at::avg_pool3d(clips, over_all(shape.kernel), over_all(shape.stride),
                              over_all(padding));
      });
}

}  // namespace

DepthwiseWeight::DepthwiseWeight(std::int64_t channels, const Thw& kernel) {
  weight = register_parameter("weight", at::empty({channels, 1, kernel[0], kernel[1], kernel[2]}));
}

TokenPooling::TokenPooling(torch::nn::Module& owner, const std::string& part,
                           const TokenPoolingConfig& config)
    : config_(config) {
  if (config.mode != MvitPoolMode::kConv && config.mode != MvitPoolMode::kConvUnshared) return;
  weight_ = owner.register_module(
      "pool_" + part, std::make_shared<DepthwiseWeight>(config.channels, config.shape.kernel));
  norm_ = owner.register_module("norm_" + part,
                                std::make_shared<layers::LayerNorm>(layers::LayerNormConfig{
                                    .width = config.channels, .eps = config.norm_eps}));
}

at::Tensor TokenPooling::pool(const at::Tensor& tokens) const {
  const PoolShape& shape = config_.shape;
  if (config_.mode == MvitPoolMode::kMax) return max_pool(tokens, config_.grid, shape);
  if (config_.mode == MvitPoolMode::kMean) return mean_pool(tokens, config_.grid, shape);
  const Thw padding = shape.padding();
  const std::int64_t all_channels = config_.groups * config_.channels;
  // [groups * channels, 1, kernel...]
  const at::Tensor weight = weight_->weight.repeat({config_.groups, 1, 1, 1, 1});
  return over_grid(
      tokens, config_.grid, shape,
      [&](const at::Tensor& frames) {
        return at::conv2d(frames, weight.squeeze(2), /*bias=*/{}, over_space(shape.stride),
                          over_space(padding), /*dilation=*/1, all_channels);
      },
      [&](const at::Tensor& clips) {
        return at::conv3d(clips, weight, /*bias=*/{}, over_all(shape.stride), over_all(padding),
                          /*dilation=*/1, all_channels);
      });
}

at::Tensor TokenPooling::forward(const at::Tensor& tokens) const {
  const at::Tensor pooled = behind_prefix(tokens, config_.prefix_tokens,
                                          [this](const at::Tensor& grid) { return pool(grid); });
  const at::Tensor groups = pooled.view({pooled.size(0), pooled.size(1), config_.groups,
                                         config_.channels});  // [B, prefix + M, groups, channels]
  return norm_ ? norm_->forward(groups) : groups;
}

at::Tensor max_pool_tokens(const at::Tensor& tokens, const Thw& grid, std::int64_t prefix_tokens,
                           const PoolShape& shape) {
  return behind_prefix(tokens, prefix_tokens,
                       [&](const at::Tensor& behind) { return max_pool(behind, grid, shape); });
}

}  // namespace yardstick
