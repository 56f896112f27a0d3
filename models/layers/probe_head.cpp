#include "models/layers/probe_head.h"

#include "models/layers/init.h"

namespace yardstick::layers {

ProbeHead::ProbeHead(const ProbeHeadConfig& config) {
  norm_ = register_module("0", std::make_shared<ProbeBatchNorm>(config.width));
  linear_ = register_module(
      "1", std::make_shared<Linear>(LinearConfig{.in = config.width, .out = config.classes}));
}

at::Tensor ProbeHead::forward(const at::Tensor& x, const TapScope& tap) {
  const at::Tensor normed = norm_->forward(x);
  tap.record("0", normed);
  at::Tensor logits = linear_->forward(normed);
  tap.record("1", logits);
  return logits;
}

void ProbeHead::init_weights() {
  trunc_normal(linear_->weight, 0.01);
  constant(linear_->bias, 0.0);
}

}  // namespace yardstick::layers
