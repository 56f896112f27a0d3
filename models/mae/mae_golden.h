#pragma once

#include <yardstick/golden.h>

namespace yardstick {

// Answers golden cases of models_mae.MaskedAutoencoderViT: a masked pre-training pass with its
// activations, loss and gradients.
GoldenFamily mae_golden_family();

}  // namespace yardstick
