#pragma once

#include <yardstick/weights.h>

namespace yardstick {

// Loads a checkpoint of PySlowFast. Names are the official ones; wrappers such as "model_state."
// and "module." are taken off. Nothing is resized. With reset_head the head stays random where it
// does not fit. Throws Data where class counts differ otherwise; names that differ are in the
// report.
LoadReport load_rev_vit_weights(torch::nn::Module& net, const TensorMap& weights,
                                const LoadOptions& options);

}  // namespace yardstick
