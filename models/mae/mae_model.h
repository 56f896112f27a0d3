#pragma once

#include "models/mae/mae_config.h"

#include <yardstick/model.h>

#include <memory>

namespace yardstick {

// Requires: problem_of(config) is empty. The model is a MaskedPretrainer; its forward pass gives
// the unmasked image's features and no logits.
std::unique_ptr<Model> make_mae_model(ModelInfo info, const MaeConfig& config);

}  // namespace yardstick
