#include "models/hiera/hiera.h"

#include "models/layers/init.h"

#include <yardstick/check.h>

#include <ATen/ops/_upsample_bicubic2d_aa.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/repeat_interleave.h>
#include <ATen/ops/softmax.h>

#include <algorithm>
#include <string>
#include <utility>

namespace yardstick {

using layers::LayerNorm;
using layers::LayerScale;
using layers::Linear;
using layers::TapScope;

Hiera::Hiera(const HieraConfig& config)
    : config_(config),
      order_(config.grid(), config.pool_stride,
             static_cast<std::int64_t>(config.stages.size()) - 1) {
  const auto problem = problem_of(config);
  YS_CHECK(!problem, *problem);
  const std::vector<std::int64_t> grid = config.grid();
  std::int64_t tokens = 1;
  for (const std::int64_t size : grid) tokens *= size;
  switch (config.positions) {
    case HieraPositions::kJoint:
      pos_embed_ = register_parameter("pos_embed", at::empty({1, tokens, config.width}));
      break;
    case HieraPositions::kSeparate:
      pos_embed_spatial_ =
          register_parameter("pos_embed_spatial", at::empty({1, tokens / grid[0], config.width}));
      pos_embed_temporal_ =
          register_parameter("pos_embed_temporal", at::empty({1, grid[0], config.width}));
      break;
    case HieraPositions::kAbsoluteWindow:
      pos_embed_ = register_parameter(
          "pos_embed",
          at::empty({1, config.width, config.position_grid[0], config.position_grid[1]}));
      pos_embed_win_ = register_parameter(
          "pos_embed_win", at::empty({1, config.width, config.mask_unit[0], config.mask_unit[1]}));
      break;
  }
  patch_embed_ =
      register_module("patch_embed", std::make_shared<layers::PatchEmbed>(layers::PatchEmbedConfig{
                                         .channels = config.channels,
                                         .width = config.width,
                                         .kernel = config.patch_kernel,
                                         .stride = config.patch_stride,
                                         .padding = config.patch_padding}));
  blocks_ = register_module("blocks", std::make_shared<layers::ModuleList<HieraBlock>>());
  const std::vector<HieraBlockConfig> plan = plan_blocks(config);
  for (const HieraBlockConfig& block : plan)
    blocks_->push_back(std::make_shared<HieraBlock>(block));

  head_width_ = plan.back().width_out;
  const bool has_timm_names = config.names == HieraNames::kTimm;
  norm_ = std::make_shared<LayerNorm>(
      layers::LayerNormConfig{.width = head_width_, .eps = config.norm_eps});
  if (!has_timm_names) register_module("norm", norm_);
  const auto head = register_module("head", std::make_shared<torch::nn::Module>("head"));
  if (has_timm_names) head->register_module("norm", norm_);
  if (config.classes > 0) {
    classifier_ = head->register_module(
        has_timm_names ? "fc" : "projection",
        std::make_shared<Linear>(layers::LinearConfig{.in = head_width_, .out = config.classes}));
  }
}

void Hiera::init_weights() {
  const double bias = config_.init == InitScale::kReference ? 0.02 : 0.0;
  for (const at::Tensor& positions :
       {pos_embed_, pos_embed_win_, pos_embed_spatial_, pos_embed_temporal_}) {
    if (positions.defined()) layers::positions(positions, config_.init);
  }
  for (const auto& module : modules()) {
    if (const auto* linear = dynamic_cast<const Linear*>(module.get())) {
      layers::linear_weight(linear->weight, config_.init);
      layers::constant(linear->bias, bias);
    } else if (const auto* norm = dynamic_cast<const LayerNorm*>(module.get())) {
      layers::constant(norm->weight, 1.0);
      layers::constant(norm->bias, bias);
    } else if (const auto* scale = dynamic_cast<const LayerScale*>(module.get())) {
      layers::constant(scale->gamma, *config_.layer_scale_init);
    } else if (const auto* convolution = dynamic_cast<const layers::Convolution*>(module.get())) {
      layers::uniform_by_fan_in(*convolution);
      if (config_.init == InitScale::kReference) layers::trunc_normal(convolution->weight, 0.02);
    }
  }
  if (classifier_) {
    layers::scale(classifier_->weight, config_.head_init_scale);
    layers::scale(classifier_->bias, config_.head_init_scale);
  }
  if (probe_head_) probe_head_->init_weights();
}

at::Tensor Hiera::positions() const {
  const std::vector<std::int64_t> grid = config_.grid();
  switch (config_.positions) {
    case HieraPositions::kJoint:
      break;
    case HieraPositions::kSeparate:
      return pos_embed_spatial_.repeat({1, grid[0], 1}) +
             at::repeat_interleave(pos_embed_temporal_, pos_embed_spatial_.size(1), 1);
    case HieraPositions::kAbsoluteWindow: {
      const at::Tensor windows = pos_embed_win_.repeat(
          {1, 1, grid[0] / config_.mask_unit[0], grid[1] / config_.mask_unit[1]});
      const at::Tensor whole =
          at::_upsample_bicubic2d_aa(pos_embed_, grid, /*align_corners=*/false);
      return (whole + windows).flatten(2).transpose(1, 2);
    }
  }
  return pos_embed_;
}

at::Tensor Hiera::forward_features(const at::Tensor& input, const TapScope& tap) const {
  at::Tensor x = patch_embed_->forward(input, tap.in("patch_embed"));  // [B, N, width]
  const at::Tensor in_space = positions();
  tap.record("pos_embed", in_space);
  x = order_.unroll(x + in_space);
  tap.record("unroll", x);
  for (std::size_t i = 0; i < blocks_->size(); ++i) {
    const HieraBlock& block = (*blocks_)[i];
    x = block.forward(x, tap.in("blocks", static_cast<std::int64_t>(i)));
    if (tap && block.config().ends_stage) {
      const std::int64_t stage = block.config().stage;
      tap.in("intermediates", stage)
          .record(order_.reroll(x, std::min(stage, config_.pooled_stages)));
    }
  }
  x = norm_->forward(layers::pool_tokens(x, config_.pool));
  tap.record(config_.names == HieraNames::kTimm ? "head.norm" : "norm", x);
  return x;
}

at::Tensor Hiera::forward_head(const at::Tensor& features, const TapScope& tap) {
  at::Tensor x = features;
  if (is_training() && config_.head_dropout > 0) {
    x = at::dropout(x, config_.head_dropout, /*train=*/true);
  }
  const bool has_timm_names = config_.names == HieraNames::kTimm;
  if (probe_head_) {
    x = probe_head_->forward(x, tap.in("head"));
  } else if (classifier_) {
    x = classifier_->forward(x);
    tap.record(has_timm_names ? "head.fc" : "head.projection", x);
  }
  if (tap) tap.record("head", has_timm_names || is_training() ? x : at::softmax(x, -1));
  return x;
}

void Hiera::use_probe_head() {
  if (probe_head_) return;
  unregister_module("head");
  classifier_.reset();
  probe_head_ = register_module("head", std::make_shared<layers::ProbeHead>(layers::ProbeHeadConfig{
                                            .width = head_width_, .classes = config_.classes}));
  if (config_.names == HieraNames::kTimm) probe_head_->register_module("norm", norm_);
  probe_head_->init_weights();
}

}  // namespace yardstick
