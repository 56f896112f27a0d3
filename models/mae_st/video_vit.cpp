#include "models/mae_st/video_vit.h"

#include "models/layers/init.h"
#include "models/layers/token_pool.h"

#include <yardstick/check.h>

#include <ATen/ops/dropout.h>

namespace yardstick {

using layers::TapScope;

namespace {

// Leading tokens that the mean leaves out.
constexpr std::int64_t kUnpooled = 1;

const VideoVitConfig& checked(const VideoVitConfig& config) {
  const auto problem = problem_of(config);
  YS_CHECK(!problem, *problem);
  return config;
}

}  // namespace

VideoVit::VideoVit(const VideoVitConfig& config)
    : VideoEncoder(checked(config).encoder), config_(config) {
  head_ = register_module("head", std::make_shared<layers::Linear>(layers::LinearConfig{
                                      .in = config.encoder.width, .out = config.classes}));
}

void VideoVit::init_weights() {
  init_encoder(
      [this](const at::Tensor& weight) { layers::linear_weight(weight, config_.encoder.init); });
  if (head_) layers::scale(head_->weight, config_.head_init_scale);
  if (probe_head_) probe_head_->init_weights();
}

TokenLayout VideoVit::token_layout() const {
  const VideoEncoderConfig& video = config_.encoder;
  TokenLayout layout;
  layout.depth = video.depth;
  layout.width = video.width;
  layout.heads = video.heads;
  layout.input_channels = video.channels;
  layout.grid = {video.steps(), video.side(), video.side()};
  layout.special = video.prefix_tokens();
  layout.prefix = kUnpooled;
  layout.has_class_token = video.has_class_token;
  layout.has_proportional_attention = false;
  layout.pools_by_size = true;
  return layout;
}

at::Tensor VideoVit::forward_features(const at::Tensor& video, const TapScope& tap,
                                      TokenPass* pass) const {
  const at::Tensor tokens = run_blocks(embed(video, /*kept=*/{}, tap), tap, pass);
  return normalise(pass == nullptr ? layers::pool_tokens(tokens, TokenPool::kMean, kUnpooled)
                                   : pass->pool(tokens.slice(1, kUnpooled)),
                   tap);
}

at::Tensor VideoVit::forward_head(const at::Tensor& features, const TapScope& tap) {
  at::Tensor x = features;
  if (is_training() && config_.head_dropout > 0) {
    x = at::dropout(x, config_.head_dropout, /*train=*/true);
  }
  x = probe_head_ ? probe_head_->forward(x, tap.in("head")) : head_->forward(x);
  tap.record("head", x);
  return x;
}

void VideoVit::use_probe_head() {
  if (probe_head_) return;
  unregister_module("head");
  head_.reset();
  probe_head_ =
      register_module("head", std::make_shared<layers::ProbeHead>(layers::ProbeHeadConfig{
                                  .width = config_.encoder.width, .classes = config_.classes}));
  probe_head_->init_weights();
}

}  // namespace yardstick
