#include "models/layers/linear.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>

namespace yardstick::layers {

Linear::Linear(const LinearConfig& config) {
  weight = register_parameter("weight", at::empty({config.out, config.in}));
  if (config.has_bias) bias = register_parameter("bias", at::empty({config.out}));
}

at::Tensor Linear::forward(const at::Tensor& x) const { return at::linear(x, weight, bias); }

}  // namespace yardstick::layers
