#include "runners/optim/slot_optimizer.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <utility>

namespace yardstick {
namespace {

std::int64_t& count(const at::Tensor& step) { return *step.mutable_data_ptr<std::int64_t>(); }

}  // namespace

SlotOptimizer::SlotOptimizer(std::vector<ParamGroup> groups, std::vector<std::string> slots)
    : Optimizer(std::move(groups)), names_(std::move(slots)), step_(at::zeros({}, at::kLong)) {
  const at::NoGradGuard no_grad;
  for (const ParamGroup& group : this->groups()) {
    std::vector<Kept>& kept = kept_.emplace_back();
    for (const NamedParameter& parameter : group.parameters) {
      Kept& one = kept.emplace_back(Kept{{}, at::zeros({}, at::kLong)});
      for (std::size_t s = 0; s < names_.size(); ++s) {
        one.slots.push_back(at::zeros_like(parameter.value));
      }
    }
  }
}

std::int64_t SlotOptimizer::steps() const { return count(step_); }

void SlotOptimizer::update(double lr, const at::Tensor& found_inf) {
  if (found_inf.defined() && found_inf.item<float>() != 0) return;
  const at::NoGradGuard no_grad;
  ++count(step_);
  begin_step();
  for (std::size_t g = 0; g < groups().size(); ++g) {
    Active active = active_of(g, lr);
    if (!active.parameters.empty()) update_group(active);
  }
}

SlotOptimizer::Active SlotOptimizer::active_of(std::size_t group, double lr) {
  const ParamGroup& from = groups()[group];
  Active active;
  active.lr = lr * from.lr_scale;
  active.weight_decay = from.weight_decay;
  active.slots.resize(names_.size());
  for (std::size_t i = 0; i < from.parameters.size(); ++i) {
    const at::Tensor& parameter = from.parameters[i].value;
    if (!parameter.grad().defined()) continue;
    active.parameters.push_back(parameter);
    active.gradients.push_back(parameter.grad());
    const Kept& kept = kept_[group][i];
    for (std::size_t s = 0; s < names_.size(); ++s) active.slots[s].push_back(kept.slots[s]);
    active.is_first.push_back(count(kept.step)++ == 0);
  }
  return active;
}

TensorMap SlotOptimizer::state() const {
  TensorMap state{{"step", step_}};
  for (std::size_t g = 0; g < groups().size(); ++g) {
    for (std::size_t i = 0; i < groups()[g].parameters.size(); ++i) {
      const std::string& name = groups()[g].parameters[i].name;
      state.emplace("step." + name, kept_[g][i].step);
      for (std::size_t s = 0; s < names_.size(); ++s) {
        state.emplace(names_[s] + "." + name, kept_[g][i].slots[s]);
      }
    }
  }
  return state;
}

at::Tensor norms_of(const std::vector<at::Tensor>& tensors) {
  return at::stack(at::_foreach_norm(tensors));
}

}  // namespace yardstick
