#include "runners/ema.h"

#include "runners/copy_state.h"
#include "runners/module_access.h"

#include <yardstick/weights.h>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_copy.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/_foreach_mul.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

namespace yardstick {

ModelEma::ModelEma(torch::nn::Module& module, const EmaOptions& options) : options_(options) {
  const at::NoGradGuard no_grad;
  std::unordered_set<const c10::TensorImpl*> buffers;
  for (const at::Tensor& buffer : buffers_of(module)) {
    buffers.insert(buffer.unsafeGetTensorImpl());
  }
  std::unordered_map<const c10::TensorImpl*, std::size_t> seen;
  for (const auto& [name, tensor] : state_of(module)) {
    const auto [known, is_new] = seen.try_emplace(tensor.unsafeGetTensorImpl(), entries_.size());
    if (!is_new) {
      entries_[known->second].names.push_back(name);
      continue;
    }
    const bool is_excluded = options.version == EmaVersion::kV3 && options.exclude_buffers &&
                             buffers.contains(tensor.unsafeGetTensorImpl());
    entries_.push_back({.names = {name},
                        .average = tensor.detach().clone(),
                        .source = tensor,
                        .is_copied = is_excluded});
  }
}

double ModelEma::decay_at(std::optional<std::int64_t> step) const {
  if (options_.version == EmaVersion::kV2 || !step) return options_.decay;
  const std::int64_t since = *step - options_.update_after_step - 1;
  if (since <= 0) return 0;
  if (!options_.use_warmup) return options_.decay;
  const double warm = 1.0 - std::pow(1.0 + static_cast<double>(since) / options_.warmup_gamma,
                                     -options_.warmup_power);
  return std::max(std::min(warm, options_.decay), options_.min_decay);
}

void ModelEma::update(std::optional<std::int64_t> step) {
  const at::NoGradGuard no_grad;
  const double decay = decay_at(step);
  std::vector<at::Tensor> averages, sources, copies, originals;
  for (const Entry& entry : entries_) {
    if (entry.is_copied || !entry.average.is_floating_point()) {
      copies.push_back(entry.average);
      originals.push_back(entry.source);
    } else {
      averages.push_back(entry.average);
      sources.push_back(entry.source);
    }
  }
  if (options_.version == EmaVersion::kV2) {
    if (!averages.empty()) {
      at::_foreach_mul_(averages, decay);
      at::_foreach_add_(averages, sources, 1.0 - decay);
    }
    for (std::size_t i = 0; i < copies.size(); ++i) {
      copies[i].copy_(copies[i] * decay + originals[i] * (1.0 - decay));  // cut to an integer
    }
    return;
  }
  if (!averages.empty()) at::_foreach_lerp_(averages, sources, 1.0 - decay);
  if (!copies.empty()) at::_foreach_copy_(copies, originals);
}

void ModelEma::set() {
  const at::NoGradGuard no_grad;
  for (const Entry& entry : entries_) entry.average.copy_(entry.source);
}

void ModelEma::exchange() {
  for (Entry& entry : entries_) {
    const at::Tensor old = entry.source.detach();
    entry.source.set_data(entry.average);
    entry.average = old;
  }
}

TensorMap ModelEma::state() const {
  TensorMap state;
  for (const Entry& entry : entries_) {
    for (const std::string& name : entry.names) state.emplace(name, entry.average);
  }
  return state;
}

void ModelEma::load(const TensorMap& state) { copy_state(state, this->state(), "averaged weight"); }

}  // namespace yardstick
