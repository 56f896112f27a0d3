#pragma once

#include "models/hiera/masked_hiera_config.h"

#include <yardstick/model.h>

#include <memory>

namespace yardstick {

// Requires: problem_of(config) is empty. The model is a MaskedPretrainer; its forward computes
// features of inputs that are all visible, and no logits.
std::unique_ptr<Model> make_masked_hiera_model(ModelInfo info, const MaskedHieraConfig& config);

}  // namespace yardstick
