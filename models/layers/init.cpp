#include "models/layers/init.h"

#include "models/layers/init_scope.h"
#include "models/layers/patch_embed.h"

#include <ATen/core/grad_mode.h>

#include <cmath>

namespace yardstick::layers {

constexpr double kReferenceStd = 0.02;

void trunc_normal(const at::Tensor& parameter, double std) {
  if (UnsetScope::is_active()) return;
  // At the standard deviations in use (0.02 and below) the bounds lie 100 deviations out, so that
  // clamping gives the truncated distribution, at a third of the cost of inverting the error
  // function.
  const at::NoGradGuard no_grad;
  parameter.normal_(0.0, std).clamp_(-2.0, 2.0);
}

void normal(const at::Tensor& parameter, double std) {
  if (UnsetScope::is_active()) return;
  const at::NoGradGuard no_grad;
  parameter.normal_(0.0, std);
}

void linear_weight(const at::Tensor& weight, InitScale scale) {
  if (scale == InitScale::kReference) {
    trunc_normal(weight, kReferenceStd);
  } else {
    layers::normal(weight, 1.0 / std::sqrt(static_cast<double>(weight.size(1))));
  }
}

void positions(const at::Tensor& embedding, InitScale scale) {
  if (scale == InitScale::kReference) {
    trunc_normal(embedding, kReferenceStd);
  } else {
    layers::normal(embedding, 0.5);
  }
}

void constant(const at::Tensor& parameter, double value) {
  if (UnsetScope::is_active()) return;
  const at::NoGradGuard no_grad;
  parameter.fill_(value);
}

void scale(const at::Tensor& parameter, double factor) {
  if (UnsetScope::is_active()) return;
  const at::NoGradGuard no_grad;
  parameter.mul_(factor);
}

void uniform_by_fan_in(const Convolution& convolution) {
  if (UnsetScope::is_active()) return;
  const at::NoGradGuard no_grad;
  const auto fan_in = static_cast<double>(convolution.weight[0].numel());
  const double bound = 1.0 / std::sqrt(fan_in);
  convolution.weight.uniform_(-bound, bound);
  if (convolution.bias.defined()) convolution.bias.uniform_(-bound, bound);
}

}  // namespace yardstick::layers
