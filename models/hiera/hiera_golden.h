#pragma once

#include <yardstick/golden.h>

namespace yardstick {

// Answers golden cases of the official Hiera (images and clips) and of timm's, absolute-window
// position embeddings included: classification and its loss; of its masked auto-encoder:
// pre-training; and of SAM 2's trunk: features.
GoldenFamily hiera_golden_family();

}  // namespace yardstick
