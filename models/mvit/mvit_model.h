#pragma once

#include "models/mvit/mvit_config.h"

#include <yardstick/model.h>

#include <memory>

namespace yardstick {

// Requires: problem_of(config) is empty. The model can have its head replaced.
std::unique_ptr<Model> make_mvit_model(ModelInfo info, const MvitConfig& config);

}  // namespace yardstick
