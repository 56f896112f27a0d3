#pragma once

#include "models/mae/mae_config.h"

#include <yardstick/weights.h>

namespace yardstick {

// Loads a checkpoint of facebookresearch/mae's pre-training. Names are the official ones; wrappers
// such as "module." are taken off, and position embeddings of another grid are interpolated as MAE
// does. With reset_head an encoder published without its decoder loads too, and the model keeps its
// own decoder. Names that differ otherwise are in the report.
LoadReport load_mae_weights(torch::nn::Module& net, const MaeConfig& config,
                            const TensorMap& weights, const LoadOptions& options);

}  // namespace yardstick
