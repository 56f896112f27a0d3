#pragma once

#include "models/hiera/sam2_config.h"

#include <yardstick/model.h>

#include <memory>

namespace yardstick {

// Requires: problem_of(config) is empty. The model is a FeaturePyramid with a level for each stage,
// for inputs of any size that suits the config; its forward computes features, the mean over the
// last level, and no logits.
std::unique_ptr<Model> make_sam2_model(ModelInfo info, const Sam2Config& config);

}  // namespace yardstick
