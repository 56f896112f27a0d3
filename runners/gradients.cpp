#include "runners/gradients.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>

namespace yardstick {

std::vector<at::Tensor> gradients_of(const std::vector<ParamGroup>& groups) {
  std::vector<at::Tensor> gradients;
  for (const ParamGroup& group : groups) {
    for (const NamedParameter& parameter : group.parameters) {
      if (parameter.value.grad().defined()) gradients.push_back(parameter.value.grad());
    }
  }
  return gradients;
}

at::Tensor clip_gradient_norm(const std::vector<at::Tensor>& gradients, double max_norm) {
  if (gradients.empty()) return {};
  const at::Tensor norm = at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients)));
  const at::Tensor factor = (max_norm / (norm + 1e-6)).clamp_max(1.0);
  at::_foreach_mul_(gradients, factor);
  return norm;
}

}  // namespace yardstick
