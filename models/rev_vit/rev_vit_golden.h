#pragma once

#include <yardstick/golden.h>

namespace yardstick {

// Answers golden cases of PySlowFast's reversible MViT without pooling: classification and its
// loss, with given drop-path masks.
GoldenFamily rev_vit_golden_family();

}  // namespace yardstick
