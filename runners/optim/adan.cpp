#include "runners/optim/adan.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcdiv.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_copy.h>
#include <ATen/ops/_foreach_div.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_neg.h>
#include <ATen/ops/_foreach_sqrt.h>

#include <cmath>
#include <utility>

namespace yardstick {
namespace {

// Drops the components of `updates` that point against the gradient and scales the rest up.
std::vector<at::Tensor> cautious(const std::vector<at::Tensor>& updates,
                                 const std::vector<at::Tensor>& gradients) {
  constexpr double kLeastShare = 1e-3;
  std::vector<at::Tensor> result;
  for (std::size_t i = 0; i < updates.size(); ++i) {
    at::Tensor mask = (updates[i] * gradients[i] > 0).to(gradients[i].scalar_type());
    mask.div_(mask.mean().clamp_min(kLeastShare));
    result.push_back(updates[i] * mask);
  }
  return result;
}

}  // namespace

Adan::Adan(std::vector<ParamGroup> groups, const AdanOptions& options)
    : SlotOptimizer(std::move(groups), {"exp_avg", "exp_avg_sq", "exp_avg_diff", "neg_pre_grad"}),
      options_(options) {}

void Adan::update_group(Active& active) {
  const std::vector<at::Tensor>& gradients = active.gradients;
  const std::vector<at::Tensor>& exp_avgs = active.slots[0];
  const std::vector<at::Tensor>& exp_avg_sqs = active.slots[1];
  const std::vector<at::Tensor>& exp_avg_diffs = active.slots[2];
  const std::vector<at::Tensor>& negative_previous = active.slots[3];

  for (std::size_t i = 0; i < gradients.size(); ++i) {
    if (active.is_first[i]) negative_previous[i].copy_(gradients[i]).neg_();
  }
  std::vector<at::Tensor> work = at::_foreach_add(negative_previous, gradients);  // difference
  at::_foreach_mul_(exp_avgs, options_.beta1);
  at::_foreach_add_(exp_avgs, gradients, 1.0 - options_.beta1);
  at::_foreach_mul_(exp_avg_diffs, options_.beta2);
  at::_foreach_add_(exp_avg_diffs, work, 1.0 - options_.beta2);
  at::_foreach_mul_(work, options_.beta2);
  at::_foreach_add_(work, gradients);
  at::_foreach_mul_(exp_avg_sqs, options_.beta3);
  at::_foreach_addcmul_(exp_avg_sqs, work, work, 1.0 - options_.beta3);

  const auto step = static_cast<double>(steps());
  const double correction1 = 1.0 - std::pow(options_.beta1, step);
  const double correction2 = 1.0 - std::pow(options_.beta2, step);
  const double correction3 = 1.0 - std::pow(options_.beta3, step);
  std::vector<at::Tensor> denominators = at::_foreach_sqrt(exp_avg_sqs);
  at::_foreach_div_(denominators, std::sqrt(correction3));
  at::_foreach_add_(denominators, options_.eps);

  const double decay = active.lr * active.weight_decay;
  if (options_.no_prox) at::_foreach_mul_(active.parameters, 1.0 - decay);
  at::_foreach_addcdiv_(active.parameters,
                        options_.caution ? cautious(exp_avgs, gradients) : exp_avgs, denominators,
                        -active.lr / correction1);
  at::_foreach_addcdiv_(active.parameters, exp_avg_diffs, denominators,
                        -active.lr * options_.beta2 / correction2);
  if (!options_.no_prox) at::_foreach_div_(active.parameters, 1.0 + decay);

  at::_foreach_copy_(negative_previous, gradients);
  at::_foreach_neg_(negative_previous);
}

}  // namespace yardstick
