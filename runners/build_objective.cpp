#include "runners/build_objective.h"

#include <yardstick/error.h>

namespace yardstick {

std::unique_ptr<Objective> build_objective(const ObjectiveEntry& entry, const Params& params,
                                           Model& model) {
  std::unique_ptr<Objective> objective = entry.build(params);
  if (const auto why = objective->refusal(model)) {
    throw_user(concat(model.info().name, " cannot be trained with ", entry.name, ": ", *why),
               "`yardstick list objectives` shows the others");
  }
  return objective;
}

}  // namespace yardstick
