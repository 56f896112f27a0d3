#include "runners/gradients.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_clamp_max.h>
#include <ATen/ops/_foreach_clamp_min.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>

#include <numeric>

namespace yardstick {
namespace {

// The norm of each output row, shaped to multiply them; of the whole where there is one dimension.
at::Tensor row_norms(const at::Tensor& x) {
  if (x.dim() <= 1) return at::linalg_vector_norm(x);
  std::vector<std::int64_t> row(static_cast<std::size_t>(x.dim() - 1));
  std::iota(row.begin(), row.end(), 1);
  return at::linalg_vector_norm(x, 2, row, /*keepdim=*/true);
}

}  // namespace

std::vector<at::Tensor> gradients_of(const std::vector<ParamGroup>& groups) {
  std::vector<at::Tensor> gradients;
  for (const ParamGroup& group : groups) {
    for (const NamedParameter& parameter : group.parameters) {
      if (parameter.value.grad().defined()) gradients.push_back(parameter.value.grad());
    }
  }
  return gradients;
}

at::Tensor clip_gradient_norm(const std::vector<at::Tensor>& gradients, double max_norm,
                              double norm_type) {
  if (gradients.empty()) return {};
  const at::Tensor norm =
      at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients, norm_type)), norm_type);
  const at::Tensor factor = (max_norm / (norm + 1e-6)).clamp_max(1.0);
  at::_foreach_mul_(gradients, factor);
  return norm;
}

void clip_gradient_value(const std::vector<at::Tensor>& gradients, double limit) {
  if (gradients.empty()) return;
  at::_foreach_clamp_min_(gradients, -limit);
  at::_foreach_clamp_max_(gradients, limit);
}

void clip_gradient_adaptively(const std::vector<ParamGroup>& groups, double factor, double eps) {
  constexpr double kLeastGradientNorm = 1e-6;  // no division by 0
  const at::NoGradGuard no_grad;
  for (const ParamGroup& group : groups) {
    for (const NamedParameter& parameter : group.parameters) {
      const at::Tensor gradient = parameter.value.grad();
      if (!gradient.defined()) continue;
      const at::Tensor limit = row_norms(parameter.value).clamp_min(eps) * factor;
      const at::Tensor norm = row_norms(gradient);
      gradient.mul_(at::where(norm < limit, 1.0, limit / norm.clamp_min(kLeastGradientNorm)));
    }
  }
}

}  // namespace yardstick
