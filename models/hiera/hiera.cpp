#include "models/hiera/hiera.h"

#include "models/layers/init.h"

#include <ATen/ops/dropout.h>
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
    : HieraEncoder(config),
      order_(config.grid(), config.pool_stride,
             static_cast<std::int64_t>(config.stages.size()) - 1) {
  const bool has_timm_names = config.names == HieraNames::kTimm;
  norm_ = std::make_shared<LayerNorm>(
      layers::LayerNormConfig{.width = width_out(), .eps = config.norm_eps});
  if (!has_timm_names) register_module("norm", norm_);
  const auto head = register_module("head", std::make_shared<torch::nn::Module>("head"));
  if (has_timm_names) head->register_module("norm", norm_);
  if (config.classes > 0) {
    classifier_ = head->register_module(
        has_timm_names ? "fc" : "projection",
        std::make_shared<Linear>(layers::LinearConfig{.in = width_out(), .out = config.classes}));
  }
}

void Hiera::init_weights() {
  const double bias = config().init == InitScale::kReference ? 0.02 : 0.0;
  init_positions();
  for (const auto& module : modules()) {
    if (const auto* linear = dynamic_cast<const Linear*>(module.get())) {
      layers::linear_weight(linear->weight, config().init);
      layers::constant(linear->bias, bias);
    } else if (const auto* norm = dynamic_cast<const LayerNorm*>(module.get())) {
      layers::constant(norm->weight, 1.0);
      layers::constant(norm->bias, bias);
    } else if (const auto* scale = dynamic_cast<const LayerScale*>(module.get())) {
      layers::constant(scale->gamma, *config().layer_scale_init);
    } else if (const auto* convolution = dynamic_cast<const layers::Convolution*>(module.get())) {
      layers::uniform_by_fan_in(*convolution);
      if (config().init == InitScale::kReference) layers::trunc_normal(convolution->weight, 0.02);
    }
  }
  if (classifier_) {
    layers::scale(classifier_->weight, config().head_init_scale);
    layers::scale(classifier_->bias, config().head_init_scale);
  }
  if (probe_head_) probe_head_->init_weights();
}

at::Tensor Hiera::embed(const at::Tensor& input, const TapScope& tap) const {
  const at::Tensor patches = patch_embed().forward(input, tap.in("patch_embed"));  // [B, N, width]
  const at::Tensor in_space = positions();
  tap.record("pos_embed", in_space);
  at::Tensor x = order_.unroll(patches + in_space);
  tap.record("unroll", x);
  return x;
}

at::Tensor Hiera::in_space(std::int64_t stage, const at::Tensor& tokens) const {
  return order_.reroll(tokens, std::min(stage, config().pooled_stages));
}

at::Tensor Hiera::forward_features(const at::Tensor& input, const TapScope& tap) const {
  StageEnd record;
  if (tap) {
    record = [&](std::int64_t stage, const at::Tensor& tokens) {
      tap.in("intermediates", stage).record(in_space(stage, tokens));
    };
  }
  at::Tensor x = run_blocks(embed(input, tap), tap, record);
  x = norm_->forward(layers::pool_tokens(x, config().pool));
  tap.record(config().names == HieraNames::kTimm ? "head.norm" : "norm", x);
  return x;
}

std::vector<at::Tensor> Hiera::forward_intermediates(const at::Tensor& input,
                                                     const TapScope& tap) const {
  std::vector<at::Tensor> stages;
  run_blocks(embed(input, tap), tap, [&](std::int64_t stage, const at::Tensor& tokens) {
    stages.push_back(in_space(stage, tokens));
    tap.in("intermediates", stage).record(stages.back());
  });
  return stages;
}

at::Tensor Hiera::forward_head(const at::Tensor& features, const TapScope& tap) {
  at::Tensor x = features;
  if (is_training() && config().head_dropout > 0) {
    x = at::dropout(x, config().head_dropout, /*train=*/true);
  }
  const bool has_timm_names = config().names == HieraNames::kTimm;
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
                                            .width = width_out(), .classes = config().classes}));
  if (config().names == HieraNames::kTimm) probe_head_->register_module("norm", norm_);
  probe_head_->init_weights();
}

}  // namespace yardstick
