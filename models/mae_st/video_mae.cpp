#include "models/mae_st/video_mae.h"

#include "models/layers/init.h"
#include "models/layers/residual.h"
#include "models/layers/xavier.h"

#include <yardstick/check.h>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>

#include <utility>

namespace yardstick {

using layers::LayerNorm;
using layers::Linear;
using layers::LinearConfig;
using layers::TapScope;
using layers::TokenMask;

namespace {

const VideoMaeConfig& checked(const VideoMaeConfig& config) {
  const auto problem = problem_of(config);
  YS_CHECK(!problem, *problem);
  return config;
}

}  // namespace

std::vector<std::int64_t> predicted_frames(std::int64_t frames, std::int64_t predicted) {
  const at::Tensor times = at::linspace(0.0, static_cast<double>(frames - 1), predicted,
                                        at::TensorOptions().dtype(at::kFloat).device(at::kCPU));
  std::vector<std::int64_t> chosen;
  for (std::int64_t i = 0; i < predicted; ++i) {
    chosen.push_back(static_cast<std::int64_t>(times.const_data_ptr<float>()[i]));
  }
  return chosen;
}

VideoMae::VideoMae(const VideoMaeConfig& config)
    : VideoEncoder(checked(config).encoder),
      config_(config),
      predicted_(predicted_frames(config.encoder.frames, config.predicted_frames)),
      decoder_positions_(*this, "decoder_", config.decoder_width, config.encoder) {
  const VideoEncoderConfig& encoder = config.encoder;
  const std::int64_t width = config.decoder_width;
  mask_token_ = register_parameter("mask_token", at::empty({1, 1, width}));
  if (encoder.has_class_token) {
    decoder_cls_token_ = register_parameter("decoder_cls_token", at::empty({1, 1, width}));
  }
  decoder_embed_ = register_module(
      "decoder_embed", std::make_shared<Linear>(LinearConfig{.in = encoder.width, .out = width}));
  decoder_blocks_ = register_module("decoder_blocks", std::make_shared<VideoBlocks>());
  for (std::int64_t i = 0; i < config.decoder_depth; ++i) {
    decoder_blocks_->push_back(
        std::make_shared<VideoBlock>(VideoBlockConfig{.width = width,
                                                      .heads = config.decoder_heads,
                                                      .mlp_ratio = encoder.mlp_ratio,
                                                      .norm_eps = encoder.norm_eps,
                                                      .has_qkv_bias = encoder.has_qkv_bias}));
  }
  decoder_norm_ =
      register_module("decoder_norm", std::make_shared<LayerNorm>(layers::LayerNormConfig{
                                          .width = width, .eps = encoder.norm_eps}));
  decoder_pred_ = register_module(
      "decoder_pred",
      std::make_shared<Linear>(LinearConfig{.in = width, .out = config.prediction_width()}));
}

void VideoMae::init_weights() {
  const InitScale scale = config_.encoder.init;
  const bool is_reference = scale == InitScale::kReference;
  init_encoder([&](const at::Tensor& weight) {
    if (is_reference) {
      layers::xavier_uniform(weight);
    } else {
      layers::linear_weight(weight, scale);
    }
  });
  if (is_reference) layers::xavier_uniform(named_parameters()["patch_embed.proj.weight"]);
  decoder_positions_.init_weights(scale);
  layers::normal(mask_token_, 0.02);
  if (decoder_cls_token_.defined()) layers::normal(decoder_cls_token_, 0.02);
}

at::Tensor VideoMae::forward_features(const at::Tensor& video, const TapScope& tap) const {
  const at::Tensor tokens = normalise(run_blocks(embed(video, /*kept=*/{}, tap), tap), tap);
  return tokens.slice(1, config_.encoder.prefix_tokens()).mean(1);
}

at::Tensor VideoMae::predict(const at::Tensor& video, const TokenMask& mask,
                             const TapScope& tap) const {
  const at::Tensor encoded = normalise(run_blocks(embed(video, mask.kept, tap), tap), tap);
  const at::Tensor latent = encoded.slice(1, config_.encoder.prefix_tokens());  // [B, kept, width]
  tap.record("latent", latent);
  return decode(latent, mask, tap);
}

at::Tensor VideoMae::decode(const at::Tensor& latent, const TokenMask& mask,
                            const TapScope& tap) const {
  const std::int64_t batch = latent.size(0);
  const std::int64_t removed = config_.encoder.tokens() - latent.size(1);
  const at::Tensor embedded = decoder_embed_->forward(latent);
  tap.record("decoder_embed", embedded);
  std::vector<at::Tensor> parts;
  if (decoder_cls_token_.defined()) parts.push_back(decoder_cls_token_.expand({batch, -1, -1}));
  parts.push_back(embedded);
  parts.push_back(mask_token_.expand({batch, removed, -1}));
  at::Tensor x = layers::take_tokens(at::cat(parts, 1), behind_prefix(mask.restore));
  x = layers::add_branch(decoder_positions_.rows(), std::move(x), tap);
  for (std::size_t i = 0; i < decoder_blocks_->size(); ++i) {
    x = (*decoder_blocks_)[i].forward(x, tap.in("decoder_blocks", static_cast<std::int64_t>(i)));
  }
  x = decoder_norm_->forward(x);
  tap.record("decoder_norm", x);
  x = decoder_pred_->forward(x);
  tap.record("decoder_pred", x);
  x = x.slice(1, config_.encoder.prefix_tokens());
  tap.record("pred", x);
  return x;
}

ClipPatch VideoMae::prediction_patch() const {
  return {.frames = config_.predicted_frames_per_token(), .px = config_.encoder.patch_px};
}

at::Tensor VideoMae::targets(const at::Tensor& video) const {
  if (config_.predicted_frames == config_.encoder.frames) {
    return cut_patches(video, prediction_patch(), PatchOrder::kChannelLast);
  }
  // An index tensor would have to reach the device first, and wait for it.
  std::vector<at::Tensor> frames;
  for (const std::int64_t frame : predicted_) frames.push_back(video.select(2, frame));
  return cut_patches(at::stack(frames, 2), prediction_patch(), PatchOrder::kChannelLast);
}

at::Tensor VideoMae::forward_loss(const at::Tensor& video, const at::Tensor& noise,
                                  double mask_ratio, const TapScope& tap) const {
  const TokenMask mask = layers::mask_by_noise(noise, mask_ratio);
  tap.record("mask", mask.removed);
  tap.record("ids_restore", mask.restore);
  const at::Tensor pred = predict(video, mask, tap);
  at::Tensor target = targets(video);
  tap.record("target", target);
  if (config_.normalises_targets) target = layers::normalise_patches(target);
  const at::Tensor per_token = (pred - target).square().mean(-1);  // [B, tokens]
  at::Tensor loss = (per_token * mask.removed).sum() / mask.removed.sum();
  tap.record("loss", loss);
  return loss;
}

Reconstruction VideoMae::reconstruct(const at::Tensor& video, const at::Tensor& noise,
                                     double mask_ratio) const {
  const at::NoGradGuard no_grad;
  const VideoEncoderConfig& encoder = config_.encoder;
  const TokenMask mask = layers::mask_by_noise(noise, mask_ratio);
  const at::Tensor target = targets(video);
  at::Tensor pred = predict(video, mask, TapScope());
  if (config_.normalises_targets) pred = layers::restore_patches(pred, target);
  const at::Tensor frames =
      join_patches(at::where(mask.removed.unsqueeze(-1) > 0, pred, target), prediction_patch(),
                   encoder.image_px);  // [B, C, predicted frames, H, W]

  Reconstruction pictures;
  pictures.reconstructed = video.clone();
  for (std::size_t i = 0; i < predicted_.size(); ++i) {
    pictures.reconstructed.select(2, predicted_[i])
        .copy_(frames.select(2, static_cast<std::int64_t>(i)));
  }
  const std::int64_t batch = video.size(0);
  const std::int64_t side = encoder.side();
  const at::Tensor kept =
      (1 - mask.removed)
          .view({batch, 1, encoder.steps(), 1, side, 1, side, 1})
          .expand({batch, 1, encoder.steps(), encoder.patch_frames, side, encoder.patch_px, side,
                   encoder.patch_px})
          .reshape({batch, 1, encoder.frames, encoder.image_px, encoder.image_px});
  pictures.masked = video * kept;
  return pictures;
}

}  // namespace yardstick
