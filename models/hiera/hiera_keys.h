#pragma once

#include "models/hiera/hiera_config.h"

#include <yardstick/weights.h>

namespace yardstick {

// Loads a checkpoint of the official code or of timm, whichever names the model has:
// head.projection and norm are timm's head.fc and head.norm, encoder_norm is a pre-trained model's
// norm. Wrappers such as "module." are taken off. A joint position embedding of another square grid
// is interpolated bicubically. With reset_head, a pre-trained masked auto-encoder loads too,
// without its decoder. Throws Data where class counts differ otherwise; names that differ are in
// the report.
LoadReport load_hiera_weights(torch::nn::Module& net, const HieraConfig& config,
                              const TensorMap& weights, const LoadOptions& options);

}  // namespace yardstick
