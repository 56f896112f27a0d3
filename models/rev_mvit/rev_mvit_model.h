#pragma once

#include "models/rev_mvit/rev_mvit_config.h"

#include <yardstick/model.h>

#include <memory>

namespace yardstick {

// Requires: problem_of(config) is empty. The model can have its head replaced.
std::unique_ptr<Model> make_rev_mvit(ModelInfo info, const RevMvitConfig& config);

}  // namespace yardstick
