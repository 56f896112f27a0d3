#include "models/layers/residual.h"

#include <yardstick/random_draws.h>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/add.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linspace.h>

namespace yardstick::layers {

std::vector<double> drop_path_rates(double last, std::int64_t depth) {
  // In single precision, as the official codes' torch.linspace.
  const at::Tensor rates =
      at::linspace(0, last, depth, at::TensorOptions(at::kCPU).dtype(at::kFloat));
  const float* values = rates.const_data_ptr<float>();
  return {values, values + depth};
}

at::Tensor drop_path(const at::Tensor& branch, double rate) {
  return drop_path(branch, rate, drop_path_keep(branch, rate));
}

at::Tensor drop_path_keep(const at::Tensor& branch, double rate) {
  if (RandomDraws* draws = DrawsScope::current(); draws != nullptr) {
    return draws->uniform("drop_path", {branch.size(0)}, branch.device()) >= rate;
  }
  return at::empty({branch.size(0)}, branch.options()).bernoulli_(1.0 - rate);
}

at::Tensor drop_path(const at::Tensor& branch, double rate, const at::Tensor& keep) {
  std::vector<std::int64_t> per_sample(static_cast<std::size_t>(branch.dim()), 1);
  per_sample[0] = branch.size(0);
  at::Tensor factor = keep.to(branch.scalar_type()).reshape(per_sample);
  if (rate < 1) factor = factor / (1.0 - rate);
  return branch * factor;
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
