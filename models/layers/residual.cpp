#include "models/layers/residual.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/add.h>
#include <ATen/ops/empty.h>

namespace yardstick::layers {

std::vector<double> drop_path_rates(double last, std::int64_t depth) {
  std::vector<double> rates(static_cast<std::size_t>(depth), 0.0);
  for (std::int64_t i = 1; i < depth; ++i) {
    rates[static_cast<std::size_t>(i)] =
        last * static_cast<double>(i) / static_cast<double>(depth - 1);
  }
  return rates;
}

at::Tensor drop_path(const at::Tensor& branch, double rate) {
  const double keep = 1.0 - rate;
  std::vector<std::int64_t> per_sample(static_cast<std::size_t>(branch.dim()), 1);
  per_sample[0] = branch.size(0);
  at::Tensor mask = at::empty(per_sample, branch.options()).bernoulli_(keep);
  if (keep > 0) mask.div_(keep);
  return branch * mask;
}

LayerScale::LayerScale(std::int64_t width) {
  gamma = register_parameter("gamma", at::empty({width}));
}

at::Tensor LayerScale::forward(const at::Tensor& x) const { return x * gamma; }

at::Tensor add_branch(const at::Tensor& x, at::Tensor branch, const TapScope& tap) {
  const bool needs_grad =
      at::GradMode::is_enabled() && (x.requires_grad() || branch.requires_grad());
  // Of two types (autocast) the sum has the wider one, which `branch` may not be.
  if (tap || needs_grad || x.scalar_type() != branch.scalar_type()) return x + branch;
  return branch.add_(x);
}

}  // namespace yardstick::layers
