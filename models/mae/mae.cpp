#include "models/mae/mae.h"

#include "models/layers/init.h"
#include "models/layers/residual.h"
#include "models/layers/sincos.h"
#include "models/layers/xavier.h"

#include <yardstick/check.h>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/pad.h>

#include <utility>

namespace yardstick {

using layers::LayerNorm;
using layers::LayerNormConfig;
using layers::Linear;
using layers::LinearConfig;
using layers::TapScope;
using layers::TokenMask;

namespace {

constexpr double kTokenStd = 0.02;
constexpr std::int64_t kClassTokens = 1;

std::shared_ptr<layers::ModuleList<VitBlock>> make_blocks(const VitConfig& config) {
  auto blocks = std::make_shared<layers::ModuleList<VitBlock>>();
  for (std::int64_t i = 0; i < config.depth; ++i) {
    blocks->push_back(std::make_shared<VitBlock>(config, /*drop_path=*/0.0));
  }
  return blocks;
}

at::Tensor run_blocks(const layers::ModuleList<VitBlock>& blocks, std::string_view name,
                      at::Tensor x, const TapScope& tap) {
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    x = blocks[i].forward(x, tap.in(name, static_cast<std::int64_t>(i)));
  }
  return x;
}

}  // namespace

Mae::Mae(const MaeConfig& config) : config_(config) {
  const auto problem = problem_of(config);
  YS_CHECK(!problem, *problem);
  const std::int64_t tokens = kClassTokens + config.patches();
  const auto fixed = [&](const char* name, std::int64_t width) {
    return register_parameter(name, at::empty({1, tokens, width}), /*requires_grad=*/false);
  };

  cls_token_ = register_parameter("cls_token", at::empty({1, kClassTokens, config.width}));
  pos_embed_ = fixed("pos_embed", config.width);
  mask_token_ = register_parameter("mask_token", at::empty({1, 1, config.decoder_width}));
  decoder_pos_embed_ = fixed("decoder_pos_embed", config.decoder_width);
  patch_embed_ =
      register_module("patch_embed", std::make_shared<layers::PatchEmbed>(layers::PatchEmbedConfig{
                                         .channels = config.channels,
                                         .width = config.width,
                                         .kernel = {config.patch[0], config.patch[1]},
                                         .stride = {config.patch[0], config.patch[1]},
                                         .padding = {0, 0}}));
  blocks_ = register_module("blocks", make_blocks(config.encoder()));
  norm_ = register_module("norm", std::make_shared<LayerNorm>(LayerNormConfig{
                                      .width = config.width, .eps = config.norm_eps}));
  decoder_embed_ = register_module(
      "decoder_embed",
      std::make_shared<Linear>(LinearConfig{.in = config.width, .out = config.decoder_width}));
  decoder_blocks_ = register_module("decoder_blocks", make_blocks(config.decoder()));
  decoder_norm_ =
      register_module("decoder_norm", std::make_shared<LayerNorm>(LayerNormConfig{
                                          .width = config.decoder_width, .eps = config.norm_eps}));
  decoder_pred_ = register_module(
      "decoder_pred", std::make_shared<Linear>(
                          LinearConfig{.in = config.decoder_width, .out = config.patch_values()}));
}

void Mae::init_weights() {
  {
    const at::NoGradGuard no_grad;
    const auto grid = config_.grid();
    pos_embed_.copy_(layers::sincos_positions(config_.width, grid, kClassTokens));
    decoder_pos_embed_.copy_(layers::sincos_positions(config_.decoder_width, grid, kClassTokens));
  }
  layers::normal(cls_token_, kTokenStd);
  layers::normal(mask_token_, kTokenStd);
  for (const auto& module : modules()) {
    if (const auto* linear = dynamic_cast<const Linear*>(module.get())) {
      if (config_.init == InitScale::kReference) {
        layers::xavier_uniform(linear->weight);
      } else {
        layers::linear_weight(linear->weight, config_.init);
      }
      layers::constant(linear->bias, 0.0);
    } else if (const auto* norm = dynamic_cast<const LayerNorm*>(module.get())) {
      layers::constant(norm->weight, 1.0);
      layers::constant(norm->bias, 0.0);
    } else if (const auto* projection = dynamic_cast<const layers::Convolution*>(module.get())) {
      layers::uniform_by_fan_in(*projection);
      if (config_.init == InitScale::kReference) layers::xavier_uniform(projection->weight);
    }
  }
}

// `tokens` are patches with their positions. [B, K, width] -> [B, 1 + K, width].
at::Tensor Mae::encode(const at::Tensor& tokens, const TapScope& tap) const {
  const at::Tensor first = cls_token_ + pos_embed_.slice(1, 0, kClassTokens);
  at::Tensor x = at::cat({first.expand({tokens.size(0), -1, -1}), tokens}, 1);
  x = norm_->forward(run_blocks(*blocks_, "blocks", std::move(x), tap));
  tap.record("norm", x);
  return x;
}

at::Tensor Mae::forward_features(const at::Tensor& image, const TapScope& tap) const {
  const at::Tensor tokens =
      patch_embed_->forward(image, tap.in("patch_embed")) + pos_embed_.slice(1, kClassTokens);
  return layers::pool_tokens(encode(tokens, tap), TokenPool::kMean, kClassTokens);
}

at::Tensor Mae::decode(const at::Tensor& latent, const TokenMask& mask, const TapScope& tap) const {
  const at::Tensor embedded = decoder_embed_->forward(latent);
  tap.record("decoder_embed", embedded);
  const std::int64_t batch = latent.size(0);
  const std::int64_t missing = kClassTokens + config_.patches() - latent.size(1);
  // The class token stands in front of both orders, so one gather restores all.
  const at::Tensor places = at::pad(mask.restore + kClassTokens, {kClassTokens, 0});  // [B, 1 + N]
  at::Tensor x = at::cat({embedded, mask_token_.expand({batch, missing, -1})}, 1);
  x = layers::add_branch(decoder_pos_embed_, layers::take_tokens(x, places), tap);
  x = decoder_norm_->forward(run_blocks(*decoder_blocks_, "decoder_blocks", std::move(x), tap));
  tap.record("decoder_norm", x);
  x = decoder_pred_->forward(x);
  tap.record("decoder_pred", x);
  return x.slice(1, kClassTokens);
}

Mae::Pass Mae::forward_masked(const at::Tensor& image, const at::Tensor& noise, double mask_ratio,
                              const TapScope& tap) const {
  Pass pass{.mask = layers::mask_by_noise(noise, mask_ratio), .predicted = {}};
  const at::Tensor embedded = patch_embed_->forward(image, tap.in("patch_embed"));
  // Positions follow their patches: the sums are those of adding them to all patches first.
  const at::Tensor positions = pos_embed_.slice(1, kClassTokens).expand({image.size(0), -1, -1});
  const at::Tensor kept = layers::take_tokens(embedded, pass.mask.kept) +
                          layers::take_tokens(positions, pass.mask.kept);
  const at::Tensor latent = encode(kept, tap);
  tap.record("latent", latent);
  tap.record("mask", pass.mask.removed);
  tap.record("ids_restore", pass.mask.restore);
  pass.predicted = decode(latent, pass.mask, tap);
  tap.record("pred", pass.predicted);
  return pass;
}

// [B, C, H, W] -> [B, patches, ph * pw * C]: row, column, channel within a patch.
at::Tensor Mae::to_patches(const at::Tensor& image) const {
  const auto [rows, columns] = config_.grid();
  return image
      .reshape({image.size(0), config_.channels, rows, config_.patch[0], columns, config_.patch[1]})
      .permute({0, 2, 4, 3, 5, 1})
      .reshape({image.size(0), config_.patches(), config_.patch_values()});
}

at::Tensor Mae::to_image(const at::Tensor& patches) const {
  const auto [rows, columns] = config_.grid();
  const std::int64_t batch = patches.size(0);
  return patches
      .reshape({batch, rows, columns, config_.patch[0], config_.patch[1], config_.channels})
      .permute({0, 5, 1, 3, 2, 4})
      .reshape({batch, config_.channels, config_.image[0], config_.image[1]});
}

at::Tensor Mae::loss(const Pass& pass, const at::Tensor& image, const TapScope& tap) const {
  at::Tensor target = to_patches(image);
  tap.record("target", target);
  if (config_.target == PixelTarget::kNormalised) target = layers::normalise_patches(target);
  const at::Tensor of_patch = (pass.predicted - target).square().mean(-1);  // [B, patches]
  at::Tensor loss = (of_patch * pass.mask.removed).sum() / pass.mask.removed.sum();
  tap.record("loss", loss);
  return loss;
}

at::Tensor Mae::picture(const Pass& pass, const at::Tensor& image) const {
  if (config_.target == PixelTarget::kRaw) return to_image(pass.predicted);
  return to_image(layers::restore_patches(pass.predicted, to_patches(image)));
}

at::Tensor Mae::removed_pixels(const Pass& pass) const {
  const at::Tensor removed = pass.mask.removed > 0;  // [B, patches]
  return to_image(removed.unsqueeze(-1).expand({-1, -1, config_.patch_values()}));
}

}  // namespace yardstick
