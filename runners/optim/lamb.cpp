#include "runners/optim/lamb.h"

#include "runners/gradients.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_div.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_sqrt.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/where.h>

#include <cmath>
#include <utility>

namespace yardstick {

Lamb::Lamb(std::vector<ParamGroup> groups, const LambOptions& options)
    : SlotOptimizer(std::move(groups), {"exp_avg", "exp_avg_sq"}), options_(options) {}

void Lamb::begin_step() {
  const std::vector<at::Tensor> gradients = gradients_of(groups());
  if (!options_.max_grad_norm || gradients.empty()) return;
  excess_ = (at::linalg_vector_norm(norms_of(gradients)) / *options_.max_grad_norm).clamp_min(1.0);
}

void Lamb::update_group(Active& active) {
  const std::vector<at::Tensor>& exp_avgs = active.slots[0];
  const std::vector<at::Tensor>& exp_avg_sqs = active.slots[1];
  const std::vector<at::Tensor> gradients =
      options_.max_grad_norm ? at::_foreach_div(active.gradients, excess_) : active.gradients;

  at::_foreach_mul_(exp_avgs, options_.beta1);
  at::_foreach_add_(exp_avgs, gradients, options_.grad_averaging ? 1.0 - options_.beta1 : 1.0);
  at::_foreach_mul_(exp_avg_sqs, options_.beta2);
  at::_foreach_addcmul_(exp_avg_sqs, gradients, gradients, 1.0 - options_.beta2);

  double correction1 = 1, correction2 = 1;
  if (options_.bias_correction) {
    const auto step = static_cast<double>(steps());
    correction1 = 1.0 - std::pow(options_.beta1, step);
    correction2 = 1.0 - std::pow(options_.beta2, step);
  }
  std::vector<at::Tensor> denominators = at::_foreach_sqrt(exp_avg_sqs);
  at::_foreach_div_(denominators, std::sqrt(correction2));
  at::_foreach_add_(denominators, options_.eps);
  std::vector<at::Tensor> updates = at::_foreach_div(exp_avgs, correction1);
  at::_foreach_div_(updates, denominators);

  if (active.weight_decay != 0) {
    if (options_.decoupled_decay) {
      at::_foreach_mul_(active.parameters, 1.0 - active.lr * active.weight_decay);
    } else {
      at::_foreach_add_(updates, active.parameters, active.weight_decay);
    }
  }
  if (active.weight_decay != 0 || options_.always_adapt) adapt(updates, active);
  at::_foreach_add_(active.parameters, updates, -active.lr);
}

void Lamb::adapt(std::vector<at::Tensor>& updates, const Active& active) const {
  const at::Tensor parameter_norms = norms_of(active.parameters);
  const at::Tensor update_norms = norms_of(updates);
  at::Tensor ratio = at::where((parameter_norms > 0).logical_and_(update_norms > 0),
                               parameter_norms / update_norms, 1.0);
  if (options_.trust_clip) ratio = ratio.clamp_max(1.0);
  at::_foreach_mul_(updates, ratio.unbind());
}

}  // namespace yardstick
