#include "runners/adamw.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_sub.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <utility>

namespace yardstick {

Adamw::Adamw(std::vector<ParamGroup> groups, const Options& options)
    : Optimizer(std::move(groups)), options_(options) {
  const at::NoGradGuard no_grad;
  for (const ParamGroup& group : this->groups()) {
    std::vector<Moments>& moments = moments_.emplace_back();
    for (const NamedParameter& parameter : group.parameters) {
      const auto options_like = parameter.value.options().requires_grad(false);
      moments.push_back({at::zeros_like(parameter.value), at::zeros_like(parameter.value),
                         at::zeros({}, options_like.dtype(at::kFloat))});
    }
  }
}

void Adamw::update(double lr, const at::Tensor& found_inf) {
  const at::NoGradGuard no_grad;
  std::optional<at::Tensor> skip;
  if (found_inf.defined()) skip = found_inf;
  for (std::size_t g = 0; g < groups().size(); ++g) {
    const ParamGroup& group = groups()[g];
    std::vector<at::Tensor> parameters, gradients, exp_avgs, exp_avg_sqs, steps;
    for (std::size_t i = 0; i < group.parameters.size(); ++i) {
      const at::Tensor& parameter = group.parameters[i].value;
      if (!parameter.grad().defined()) continue;
      parameters.push_back(parameter);
      gradients.push_back(parameter.grad());
      exp_avgs.push_back(moments_[g][i].exp_avg);
      exp_avg_sqs.push_back(moments_[g][i].exp_avg_sq);
      steps.push_back(moments_[g][i].step);
    }
    if (parameters.empty()) continue;
    at::_foreach_add_(steps, 1);
    at::_fused_adamw_(parameters, gradients, exp_avgs, exp_avg_sqs, /*max_exp_avg_sqs=*/{}, steps,
                      lr * group.lr_scale, options_.beta1, options_.beta2, group.weight_decay,
                      options_.eps,
                      /*amsgrad=*/false, /*maximize=*/false, /*grad_scale=*/{}, skip);
    if (skip) {
      at::_foreach_sub_(steps, std::vector<at::Tensor>(steps.size(), skip->squeeze()));
    }
  }
}

TensorMap Adamw::state() const {
  TensorMap state;
  for (std::size_t g = 0; g < groups().size(); ++g) {
    for (std::size_t i = 0; i < groups()[g].parameters.size(); ++i) {
      const std::string& name = groups()[g].parameters[i].name;
      state.emplace("exp_avg." + name, moments_[g][i].exp_avg);
      state.emplace("exp_avg_sq." + name, moments_[g][i].exp_avg_sq);
      state.emplace("step." + name, moments_[g][i].step);
    }
  }
  return state;
}

}  // namespace yardstick
