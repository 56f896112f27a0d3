#pragma once

#include "models/hiera/hiera_config.h"

#include <yardstick/model.h>

#include <memory>

namespace yardstick {

// Requires: problem_of(config) is empty. The model can have its head replaced and is a
// FeaturePyramid, with a level for each stage.
std::unique_ptr<Model> make_hiera_model(ModelInfo info, const HieraConfig& config);

}  // namespace yardstick
