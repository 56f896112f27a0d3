#pragma once

#include <yardstick/golden.h>

namespace yardstick {

// Answers golden cases of the official Hiera (images and clips) and of timm's, absolute-window
// position embeddings included: classification and its loss. Masked pre-training and SAM 2's trunk
// are other networks; the family says so.
GoldenFamily hiera_golden_family();

}  // namespace yardstick
