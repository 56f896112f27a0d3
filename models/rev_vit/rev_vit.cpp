#include "models/rev_vit/rev_vit.h"

#include "models/layers/init.h"
#include "models/layers/residual.h"
#include "models/rev_vit/rev_branches.h"

#include <yardstick/check.h>

#include <ATen/TensorOperators.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/empty.h>

#include <utility>

namespace yardstick {

using layers::LayerNorm;
using layers::LayerNormConfig;
using layers::Linear;
using layers::ReversibleBlock;
using layers::Streams;
using layers::TapScope;

RevVit::RevVit(const RevVitConfig& config) : config_(config) {
  const auto problem = problem_of(config);
  YS_CHECK(!problem, *problem);
  const std::int64_t width = config.width;

  add_positions();
  patch_embed_ = register_module(
      "patch_embed",
      std::make_shared<layers::PatchEmbed>(layers::PatchEmbedConfig{.channels = config.channels,
                                                                    .width = width,
                                                                    .kernel = config.kernel,
                                                                    .stride = config.stride,
                                                                    .padding = config.padding}));
  if (config.has_stem_norm) {
    norm_stem_ =
        register_module("norm_stem", std::make_shared<LayerNorm>(LayerNormConfig{.width = width}));
  }

  const auto backbone =
      register_module("rev_backbone", std::make_shared<torch::nn::Module>("rev_backbone"));
  const auto list =
      backbone->register_module("layers", std::make_shared<layers::ModuleList<ReversibleBlock>>());
  for (const double rate : layers::drop_path_rates(config.drop_path, config.depth)) {
    blocks_.push_back(std::make_shared<ReversibleBlock>(
        std::make_shared<AttentionBranch>(
            AttentionBranchConfig{.width = width,
                                  .heads = config.heads,
                                  .has_qkv_bias = config.has_qkv_bias,
                                  .has_separate_qkv = config.has_separate_qkv}),
        std::make_shared<MlpBranch>(MlpBranchConfig{.width = width, .mlp_ratio = config.mlp_ratio}),
        rate));
    list->push_back(blocks_.back());
  }

  fuse_ = register_module("fuse", std::make_shared<layers::StreamFusion>(config.fusion, width));
  norm_ = register_module(
      "norm", std::make_shared<LayerNorm>(LayerNormConfig{.width = config.features_width()}));
  const auto head = register_module("head", std::make_shared<torch::nn::Module>("head"));
  classifier_ = head->register_module(
      "projection", std::make_shared<Linear>(layers::LinearConfig{.in = config.features_width(),
                                                                  .out = config.classes}));
}

void RevVit::add_positions() {
  const auto add = [this](const char* name, std::int64_t rows) {
    return register_parameter(name, at::empty({1, rows, config_.width}));
  };
  if (config_.positions == RevVitPositions::kJoint) {
    pos_embed_ = add("pos_embed", config_.steps() * config_.places());
  } else if (config_.positions == RevVitPositions::kSeparate) {
    pos_embed_spatial_ = add("pos_embed_spatial", config_.places());
    pos_embed_temporal_ = add("pos_embed_temporal", config_.steps());
  }
}

void RevVit::init_weights() {
  const double bias = config_.init == InitScale::kReference ? 0.02 : 0.0;
  for (const at::Tensor& table : {pos_embed_, pos_embed_spatial_, pos_embed_temporal_}) {
    if (table.defined()) layers::positions(table, config_.init);
  }
  for (const auto& module : modules()) {
    if (const auto* linear = dynamic_cast<const Linear*>(module.get())) {
      layers::linear_weight(linear->weight, config_.init);
      if (linear->bias.defined()) layers::constant(linear->bias, bias);
    } else if (const auto* norm = dynamic_cast<const LayerNorm*>(module.get())) {
      layers::constant(norm->weight, 1.0);
      layers::constant(norm->bias, bias);
    } else if (const auto* convolution = dynamic_cast<const layers::Convolution*>(module.get())) {
      layers::uniform_by_fan_in(*convolution);
      if (config_.init == InitScale::kReference) layers::trunc_normal(convolution->weight, 0.02);
    }
  }
  if (probe_head_) probe_head_->init_weights();
}

at::Tensor RevVit::positions() const {
  if (!pos_embed_spatial_.defined()) return pos_embed_;
  return (pos_embed_spatial_.unsqueeze(1) + pos_embed_temporal_.unsqueeze(2))
      .flatten(1, 2);  // [1, steps * places, width]
}

at::Tensor RevVit::embed(const at::Tensor& input, const TapScope& tap) const {
  at::Tensor tokens = patch_embed_->forward(input, tap.in("patch_embed"));  // [B, N, width]
  // A convolution's channels come first in memory, and every block would stride over them.
  tokens = tokens.contiguous();
  if (const at::Tensor table = positions(); table.defined()) {
    tokens = layers::add_branch(table, std::move(tokens), tap);
  }
  if (norm_stem_) {
    tokens = norm_stem_->forward(tokens);
    tap.record("norm_stem", tokens);
  }
  tap.record("tokens", tokens);
  return tokens;
}

at::Tensor RevVit::forward_features(const at::Tensor& input, const TapScope& tap) const {
  const at::Tensor tokens = embed(input, tap);
  const TapScope backbone = tap.in("rev_backbone");
  const Streams streams = layers::run_reversible({.blocks = blocks_, .backward = config_.backward},
                                                 {tokens, tokens}, backbone);
  if (backbone) backbone.record(layers::side_by_side(streams));

  const TapScope fusing = tap.in("fuse");
  at::Tensor x;
  if (config_.pools_before_norm) {
    x = norm_->forward(fuse_->forward(streams, fusing).mean(1));  // [B, features_width]
    tap.record("norm", x);
  } else {
    x = norm_->forward(layers::side_by_side(streams));
    tap.record("norm", x);
    x = fuse_->forward(x, fusing).mean(1);
  }
  tap.record("pooled", x);
  return x;
}

at::Tensor RevVit::forward_head(const at::Tensor& features, const TapScope& tap) {
  at::Tensor x = features;
  if (is_training() && config_.head_dropout > 0) {
    x = at::dropout(x, config_.head_dropout, /*train=*/true);
  }
  if (probe_head_) return probe_head_->forward(x, tap.in("head"));
  x = classifier_->forward(x);
  tap.record("head.projection", x);
  return x;
}

void RevVit::use_probe_head() {
  if (probe_head_) return;
  unregister_module("head");
  classifier_.reset();
  probe_head_ =
      register_module("head", std::make_shared<layers::ProbeHead>(layers::ProbeHeadConfig{
                                  .width = config_.features_width(), .classes = config_.classes}));
  probe_head_->init_weights();
}

}  // namespace yardstick
