#include "models/layers/mlp.h"

#include <ATen/ops/gelu.h>

namespace yardstick::layers {

Mlp::Mlp(const MlpConfig& config) {
  fc1_ = register_module(
      "fc1", std::make_shared<Linear>(LinearConfig{
                 .in = config.width, .out = config.hidden, .has_bias = config.has_bias}));
  const std::int64_t width_out = config.width_out > 0 ? config.width_out : config.width;
  fc2_ = register_module(
      "fc2", std::make_shared<Linear>(
                 LinearConfig{.in = config.hidden, .out = width_out, .has_bias = config.has_bias}));
}

at::Tensor Mlp::forward(const at::Tensor& x, const TapScope& tap) const {
  at::Tensor hidden = fc1_->forward(x);
  tap.record("fc1", hidden);
  if (tap || hidden.requires_grad()) {
    hidden = at::gelu(hidden);
  } else {
    at::gelu_(hidden);
  }
  tap.record("act", hidden);
  at::Tensor out = fc2_->forward(hidden);
  tap.record("fc2", out);
  tap.record(out);
  return out;
}

}  // namespace yardstick::layers
