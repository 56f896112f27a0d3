#pragma once

#include "models/vit/vit_config.h"

#include <yardstick/model.h>

#include <memory>

namespace yardstick {

// Requires: problem_of(config) is empty. The model can have its head replaced and its tokens
// reduced.
std::unique_ptr<Model> make_vit_model(ModelInfo info, const VitConfig& config);

}  // namespace yardstick
