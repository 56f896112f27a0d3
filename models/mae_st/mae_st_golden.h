#pragma once

#include <yardstick/golden.h>

namespace yardstick {

// Answers golden cases of mae_st's models_vit.VisionTransformer (classification) and
// models_mae.MaskedAutoencoderViT (masked pre-training).
GoldenFamily mae_st_golden_family();

}  // namespace yardstick
