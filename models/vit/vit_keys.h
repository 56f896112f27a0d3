#pragma once

#include "models/vit/vit_config.h"

#include <yardstick/weights.h>

namespace yardstick {

// Loads a checkpoint of timm, MAE or DeiT, by their names, or of SWAG or torchvision, whose names
// and layout of positions are mapped; wrappers such as "module." are taken off. A position
// embedding of another grid is interpolated as MAE does, SWAG's and torchvision's as they do. With
// reset_head, a pre-trained MAE checkpoint loads too: its decoder is left out, and so is the `norm`
// that pooled models do not have; head and fc_norm then stay random. Throws Data where class counts
// differ otherwise; names that differ are in the report.
LoadReport load_vit_weights(torch::nn::Module& net, const VitConfig& config,
                            const TensorMap& weights, const LoadOptions& options);

}  // namespace yardstick
