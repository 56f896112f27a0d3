#include "runners/optim/momentum.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/where.h>

#include <utility>

namespace yardstick {
namespace {

std::vector<at::Tensor> decayed(const std::vector<at::Tensor>& gradients,
                                const std::vector<at::Tensor>& parameters, double weight_decay) {
  if (weight_decay == 0) return gradients;
  return at::_foreach_add(gradients, parameters, weight_decay);
}

// `ratio` [n] where both norms are above 0, else 1.
std::vector<at::Tensor> trust_ratios(const at::Tensor& ratio, const at::Tensor& parameter_norms,
                                     const at::Tensor& gradient_norms) {
  return at::where((parameter_norms > 0).logical_and_(gradient_norms > 0), ratio, 1.0).unbind();
}

}  // namespace

MomentumOptimizer::MomentumOptimizer(std::vector<ParamGroup> groups, const SgdOptions& options,
                                     const std::string& slot)
    : SlotOptimizer(std::move(groups), {slot}), options_(options) {}

void MomentumOptimizer::update_group(Active& active) {
  const std::vector<at::Tensor> gradients = adapted(active);
  if (options_.momentum == 0) {
    at::_foreach_add_(active.parameters, gradients, -active.lr);
    return;
  }
  const std::vector<at::Tensor>& buffers = active.slots[0];
  at::_foreach_mul_(buffers, options_.momentum);
  std::vector<at::Tensor> old_buffers, old_gradients, new_buffers, new_gradients;
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    (active.is_first[i] ? new_buffers : old_buffers).push_back(buffers[i]);
    (active.is_first[i] ? new_gradients : old_gradients).push_back(gradients[i]);
  }
  if (!old_buffers.empty()) {
    at::_foreach_add_(old_buffers, old_gradients, 1.0 - options_.dampening);
  }
  if (!new_buffers.empty()) at::_foreach_add_(new_buffers, new_gradients);
  if (options_.nesterov) {
    at::_foreach_add_(active.parameters, at::_foreach_add(gradients, buffers, options_.momentum),
                      -active.lr);
  } else {
    at::_foreach_add_(active.parameters, buffers, -active.lr);
  }
}

Sgd::Sgd(std::vector<ParamGroup> groups, const SgdOptions& options)
    : MomentumOptimizer(std::move(groups), options, "momentum_buffer") {}

std::vector<at::Tensor> Sgd::adapted(const Active& active) const {
  return decayed(active.gradients, active.parameters, active.weight_decay);
}

Lars::Lars(std::vector<ParamGroup> groups, const LarsOptions& options)
    : MomentumOptimizer(std::move(groups), {.momentum = options.momentum}, "mu"),
      options_(options) {}

std::vector<at::Tensor> Lars::adapted(const Active& active) const {
  std::vector<at::Tensor> result = active.gradients;
  std::vector<std::size_t> matrices;
  std::vector<at::Tensor> parameters, gradients;
  for (std::size_t i = 0; i < result.size(); ++i) {
    if (active.parameters[i].dim() <= 1) continue;
    matrices.push_back(i);
    parameters.push_back(active.parameters[i]);
    gradients.push_back(active.gradients[i]);
  }
  if (matrices.empty()) return result;
  gradients = decayed(gradients, parameters, active.weight_decay);
  const at::Tensor parameter_norms = norms_of(parameters);
  const at::Tensor gradient_norms = norms_of(gradients);
  gradients = at::_foreach_mul(
      gradients, trust_ratios(options_.trust_coefficient * parameter_norms / gradient_norms,
                              parameter_norms, gradient_norms));
  for (std::size_t i = 0; i < matrices.size(); ++i) result[matrices[i]] = gradients[i];
  return result;
}

TimmLars::TimmLars(std::vector<ParamGroup> groups, const TimmLarsOptions& options)
    : MomentumOptimizer(std::move(groups),
                        {.momentum = options.momentum,
                         .dampening = options.dampening,
                         .nesterov = options.nesterov},
                        "momentum_buffer"),
      options_(options) {}

std::vector<at::Tensor> TimmLars::adapted(const Active& active) const {
  if (active.weight_decay == 0 && !options_.always_adapt) return active.gradients;
  const at::Tensor parameter_norms = norms_of(active.parameters);
  const at::Tensor gradient_norms = norms_of(active.gradients);
  at::Tensor ratio = options_.trust_coefficient * parameter_norms /
                     (gradient_norms + parameter_norms * active.weight_decay + options_.eps);
  ratio = at::where((parameter_norms > 0).logical_and_(gradient_norms > 0), ratio, 1.0);
  if (options_.trust_clip) ratio = (ratio / active.lr).clamp_max(1.0);
  return at::_foreach_mul(decayed(active.gradients, active.parameters, active.weight_decay),
                          ratio.unbind());
}

}  // namespace yardstick
