#include "runners/model_classes.h"

#include "runners/module_access.h"

#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>

namespace yardstick {

std::optional<std::int64_t> model_classes(Model& model, const Batch& batch) {
  if (auto* head = model.capability<ReplaceableHead>(); head != nullptr) {
    return head->num_classes();
  }
  const at::NoGradGuard no_grad;
  Batch one;
  one.input = batch.input.narrow(0, 0, 1);
  set_mode(model.module(), ModuleMode::kEval);
  const at::Tensor logits = model.forward(one).logits;
  set_mode(model.module(), ModuleMode::kTrain);
  // Weights that autocast has cast without a gradient would be met again by the pass that learns.
  at::autocast::clear_cache();
  if (!logits.defined()) return std::nullopt;
  return logits.size(-1);
}

}  // namespace yardstick
