#pragma once

#include "models/rev_vit/rev_vit_config.h"

#include <yardstick/model.h>

#include <memory>

namespace yardstick {

// Requires: problem_of(config) is empty. The model can have its head replaced.
std::unique_ptr<Model> make_rev_vit(ModelInfo info, const RevVitConfig& config);

}  // namespace yardstick
