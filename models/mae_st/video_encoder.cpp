#include "models/mae_st/video_encoder.h"

#include "models/layers/init.h"
#include "models/layers/masking.h"
#include "models/layers/residual.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <utility>

namespace yardstick {

using layers::LayerNorm;
using layers::Linear;
using layers::TapScope;

PositionTable::PositionTable(torch::nn::Module& owner, const std::string& prefix,
                             std::int64_t width, const VideoEncoderConfig& config) {
  const auto add = [&](const char* name, std::int64_t rows) {
    return owner.register_parameter(prefix + name, at::empty({1, rows, width}));
  };
  if (config.positions == VideoPositions::kJoint) {
    joint_ = add("pos_embed", config.prefix_tokens() + config.tokens());
    return;
  }
  spatial_ = add("pos_embed_spatial", config.side() * config.side());
  temporal_ = add("pos_embed_temporal", config.steps());
  if (config.has_class_token) class_ = add("pos_embed_class", 1);
}

at::Tensor PositionTable::rows() const {
  if (joint_.defined()) return joint_;
  const at::Tensor patches =
      (spatial_.unsqueeze(1) + temporal_.unsqueeze(2)).flatten(1, 2);  // [1, t * h * w, width]
  return class_.defined() ? at::cat({class_, patches}, 1) : patches;
}

void PositionTable::init_weights(InitScale scale) {
  for (const at::Tensor& table : {joint_, spatial_, temporal_, class_}) {
    if (table.defined()) layers::positions(table, scale);
  }
}

VideoEncoder::VideoEncoder(const VideoEncoderConfig& config)
    : config_(config), positions_(*this, "", config.width, config) {
  if (config.has_class_token) {
    cls_token_ = register_parameter("cls_token", at::empty({1, 1, config.width}));
  }
  patch_embed_ = register_module("patch_embed", std::make_shared<VideoPatchEmbed>(config));
  blocks_ = register_module("blocks", std::make_shared<VideoBlocks>());
  for (const double rate : layers::drop_path_rates(config.drop_path, config.depth)) {
    blocks_->push_back(
        std::make_shared<VideoBlock>(VideoBlockConfig{.width = config.width,
                                                      .heads = config.heads,
                                                      .mlp_ratio = config.mlp_ratio,
                                                      .norm_eps = config.norm_eps,
                                                      .has_qkv_bias = config.has_qkv_bias,
                                                      .drop_path = rate}));
  }
  norm_ = register_module("norm", std::make_shared<LayerNorm>(layers::LayerNormConfig{
                                      .width = config.width, .eps = config.norm_eps}));
}

void VideoEncoder::init_encoder(const std::function<void(const at::Tensor&)>& linear_weight) {
  if (cls_token_.defined()) layers::normal(cls_token_, 0.02);
  positions_.init_weights(config_.init);
  for (const auto& module : modules()) {
    if (const auto* linear = dynamic_cast<const Linear*>(module.get())) {
      linear_weight(linear->weight);
      if (linear->bias.defined()) layers::constant(linear->bias, 0.0);
    } else if (const auto* norm = dynamic_cast<const LayerNorm*>(module.get())) {
      layers::constant(norm->weight, 1.0);
      layers::constant(norm->bias, 0.0);
    } else if (const auto* convolution = dynamic_cast<const layers::Convolution*>(module.get())) {
      layers::uniform_by_fan_in(*convolution);
    }
  }
}

at::Tensor VideoEncoder::embed(const at::Tensor& video, const at::Tensor& kept,
                               const TapScope& tap) const {
  const std::int64_t batch = video.size(0);
  const at::Tensor patches = cut_patches(
      video, {.frames = config_.patch_frames, .px = config_.patch_px}, PatchOrder::kChannelFirst);
  at::Tensor tokens =
      patch_embed_->forward(kept.defined() ? layers::take_tokens(patches, kept) : patches);
  if (tap) {
    patch_embed_->record(kept.defined() ? patch_embed_->forward(patches) : tokens,
                         tap.in("patch_embed"));
  }
  if (cls_token_.defined()) {
    tokens = at::cat({cls_token_.expand({batch, -1, -1}), tokens}, 1);  // [B, 1 + n, width]
  }
  at::Tensor positions = positions_.rows();
  if (kept.defined()) {
    positions = layers::take_tokens(positions.expand({batch, -1, -1}), behind_prefix(kept));
  }
  return layers::add_branch(positions, std::move(tokens), tap);
}

at::Tensor VideoEncoder::behind_prefix(const at::Tensor& positions) const {
  if (!config_.has_class_token) return positions;
  return at::cat({at::zeros({positions.size(0), 1}, positions.options()), positions + 1}, 1);
}

at::Tensor VideoEncoder::run_blocks(at::Tensor x, const TapScope& tap, TokenPass* pass) const {
  return layers::run_blocks(*blocks_, "blocks", std::move(x), tap, pass);
}

at::Tensor VideoEncoder::normalise(const at::Tensor& x, const TapScope& tap) const {
  at::Tensor normed = norm_->forward(x);
  tap.record("norm", normed);
  return normed;
}

}  // namespace yardstick
