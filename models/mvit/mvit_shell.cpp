#include "models/mvit/mvit_shell.h"

#include "models/layers/init.h"
#include "models/layers/residual.h"
#include "models/layers/sincos.h"
#include "models/mvit/pooled_attention.h"
#include "models/mvit/token_pooling.h"

#include <yardstick/check.h>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/repeat_interleave.h>

#include <cmath>
#include <utility>
#include <vector>

namespace yardstick {

using layers::Linear;
using layers::TapScope;

namespace {

constexpr double kReferenceStd = 0.02;
constexpr double kReferenceBias = 0.02;

std::vector<std::int64_t> patch_sizes(const MvitConfig& config, const Thw& sizes) {
  return {sizes.begin() + (config.takes_images ? 1 : 0), sizes.end()};
}

}  // namespace

MvitShell::MvitShell(const MvitConfig& config, std::int64_t head_width)
    : config_(config), head_width_(head_width) {
  const auto problem = problem_of_shell(config);
  YS_CHECK(!problem, *problem);
  if (config.has_class_token) {
    cls_token_ = register_parameter("cls_token", at::empty({1, 1, config.width}));
  }
  register_positions();
  patch_embed_ =
      register_module("patch_embed", std::make_shared<layers::PatchEmbed>(layers::PatchEmbedConfig{
                                         .channels = config.channels,
                                         .width = config.width,
                                         .kernel = patch_sizes(config, config.patch_kernel),
                                         .stride = patch_sizes(config, config.patch_stride),
                                         .padding = patch_sizes(config, config.patch_padding)}));
  if (config.has_stem_norm) {
    norm_stem_ =
        register_module("norm_stem", std::make_shared<layers::LayerNorm>(layers::LayerNormConfig{
                                         .width = config.width, .eps = config.norm_eps}));
  }
  const auto head = register_module("head", std::make_shared<torch::nn::Module>("head"));
  classifier_ = head->register_module("projection", std::make_shared<Linear>(layers::LinearConfig{
                                                        .in = head_width, .out = config.classes}));
}

void MvitShell::register_positions() {
  const Thw grid = config_.grid();
  const std::int64_t width = config_.width;
  switch (config_.positions) {
    case MvitPositions::kNone:
      break;
    case MvitPositions::kJoint:
    case MvitPositions::kFixedSincos:
      pos_embed_ = register_parameter(
          "pos_embed", at::empty({1, config_.prefix_tokens() + count_of(grid), width}),
          /*requires_grad=*/config_.positions == MvitPositions::kJoint);
      break;
    case MvitPositions::kSeparate:
      pos_embed_spatial_ =
          register_parameter("pos_embed_spatial", at::empty({1, grid[1] * grid[2], width}));
      pos_embed_temporal_ =
          register_parameter("pos_embed_temporal", at::empty({1, grid[0], width}));
      if (config_.has_class_token) {
        pos_embed_class_ = register_parameter("pos_embed_class", at::empty({1, 1, width}));
      }
      break;
  }
}

void MvitShell::init_positions() const {
  for (const at::Tensor& embedding :
       {pos_embed_, pos_embed_spatial_, pos_embed_temporal_, pos_embed_class_}) {
    if (embedding.defined()) layers::positions(embedding, config_.init);
  }
  if (config_.positions == MvitPositions::kFixedSincos) {
    const at::NoGradGuard no_grad;
    pos_embed_.copy_(
        layers::sincos_clip_positions(config_.width, config_.grid(), config_.prefix_tokens()));
  }
}

void MvitShell::init_weights() {
  const bool is_reference = config_.init == InitScale::kReference;
  const double bias = is_reference ? kReferenceBias : 0.0;
  if (cls_token_.defined()) layers::trunc_normal(cls_token_, kReferenceStd);
  init_positions();
  for (const auto& module : modules()) {
    if (const auto* linear = dynamic_cast<const Linear*>(module.get())) {
      layers::linear_weight(linear->weight, config_.init);
      if (linear->bias.defined()) layers::constant(linear->bias, bias);
    } else if (const auto* norm = dynamic_cast<const layers::LayerNorm*>(module.get())) {
      layers::constant(norm->weight, 1.0);
      layers::constant(norm->bias, bias);
    } else if (const auto* convolution = dynamic_cast<const layers::Convolution*>(module.get())) {
      layers::uniform_by_fan_in(*convolution);
      if (is_reference) layers::trunc_normal(convolution->weight, kReferenceStd);
    } else if (const auto* pooling = dynamic_cast<const DepthwiseWeight*>(module.get())) {
      const auto fan_in = static_cast<double>(pooling->weight[0].numel());
      if (is_reference) {
        layers::trunc_normal(pooling->weight, kReferenceStd);
      } else {
        layers::normal(pooling->weight, 1.0 / std::sqrt(fan_in));
      }
    } else if (const auto* attention = dynamic_cast<const PooledAttention*>(module.get())) {
      attention->init_tables(config_.init);
    }
  }
  if (classifier_) {
    layers::scale(classifier_->weight, config_.head_init_scale);
    layers::scale(classifier_->bias, config_.head_init_scale);
  }
  if (probe_head_) probe_head_->init_weights();
}

at::Tensor MvitShell::positions() const {
  if (config_.positions != MvitPositions::kSeparate) return pos_embed_;
  const Thw grid = config_.grid();
  // Steps in time are outermost.
  const at::Tensor patches = pos_embed_spatial_.repeat({1, grid[0], 1}) +
                             at::repeat_interleave(pos_embed_temporal_, grid[1] * grid[2], 1);
  if (!pos_embed_class_.defined()) return patches;
  return at::cat({pos_embed_class_, patches}, 1);
}

at::Tensor MvitShell::embed(const at::Tensor& input, const TapScope& tap) const {
  at::Tensor tokens =
      patch_embed_->forward(input, tap.in("patch_embed")).contiguous();  // [B, patches, width]
  if (cls_token_.defined()) {
    tokens = at::cat({cls_token_.expand({tokens.size(0), -1, -1}), tokens}, 1);
  }
  if (config_.positions != MvitPositions::kNone) {
    const at::Tensor added = positions();
    tokens = layers::add_branch(added, std::move(tokens), tap);
    if (config_.positions == MvitPositions::kFixedSincos) {
      tokens = layers::add_branch(added, std::move(tokens), tap);
    }
  }
  if (norm_stem_) tokens = norm_stem_->forward(tokens);
  tap.record("tokens", tokens);
  return tokens;
}

at::Tensor MvitShell::forward_head(const at::Tensor& features, const TapScope& tap) {
  at::Tensor x = features;
  if (is_training() && config_.head_dropout > 0) {
    x = at::dropout(x, config_.head_dropout, /*train=*/true);
  }
  if (probe_head_) {
    x = probe_head_->forward(x, tap.in("head"));
  } else {
    x = classifier_->forward(x);
    tap.record("head.projection", x);
  }
  return x;
}

void MvitShell::use_probe_head() {
  if (probe_head_) return;
  unregister_module("head");
  classifier_.reset();
  probe_head_ = register_module("head", std::make_shared<layers::ProbeHead>(layers::ProbeHeadConfig{
                                            .width = head_width_, .classes = config_.classes}));
  probe_head_->init_weights();
}

}  // namespace yardstick
