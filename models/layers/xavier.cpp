#include "models/layers/xavier.h"

#include "models/layers/init_scope.h"

#include <ATen/core/grad_mode.h>

#include <cmath>

namespace yardstick::layers {

void xavier_uniform(const at::Tensor& weight) {
  if (UnsetScope::is_active()) return;
  const at::NoGradGuard no_grad;
  const std::int64_t outputs = weight.size(0);
  const std::int64_t inputs = weight.numel() / outputs;
  const double bound = std::sqrt(6.0 / static_cast<double>(inputs + outputs));
  weight.uniform_(-bound, bound);
}

}  // namespace yardstick::layers
