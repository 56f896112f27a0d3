#include "models/layers/patch_embed.h"

#include <yardstick/check.h>

#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv3d.h>
#include <ATen/ops/empty.h>

namespace yardstick::layers {

Convolution::Convolution(const PatchEmbedConfig& config)
    : stride_(config.stride), padding_(config.padding) {
  YS_CHECK(config.kernel.size() == 2 || config.kernel.size() == 3, config.kernel.size());
  std::vector<std::int64_t> shape = {config.width, config.channels};
  shape.insert(shape.end(), config.kernel.begin(), config.kernel.end());
  weight = register_parameter("weight", at::empty(shape));
  if (config.has_bias) bias = register_parameter("bias", at::empty({config.width}));
}

at::Tensor Convolution::forward(const at::Tensor& x) const {
  return weight.dim() == 4 ? at::conv2d(x, weight, bias, stride_, padding_)
                           : at::conv3d(x, weight, bias, stride_, padding_);
}

PatchEmbed::PatchEmbed(const PatchEmbedConfig& config) {
  proj_ = register_module("proj", std::make_shared<Convolution>(config));
}

at::Tensor PatchEmbed::forward(const at::Tensor& x, const TapScope& tap) const {
  const at::Tensor grid = proj_->forward(x);
  tap.record("proj", grid);
  at::Tensor tokens = grid.flatten(2).transpose(1, 2);
  tap.record(tokens);
  return tokens;
}

}  // namespace yardstick::layers
