#pragma once

#include <yardstick/golden.h>

namespace yardstick {

// Answers golden cases of timm's VisionTransformer and of MAE's models_vit.VisionTransformer:
// classification, its loss, linear probing and position interpolation.
GoldenFamily vit_golden_family();

}  // namespace yardstick
