#pragma once

#include <yardstick/objective.h>

#include <memory>

namespace yardstick {

// The objective that `model` is to be trained by. Throws User, saying why, where it refuses the
// model.
std::unique_ptr<Objective> build_objective(const ObjectiveEntry& entry, const Params& params,
                                           Model& model);

}  // namespace yardstick
