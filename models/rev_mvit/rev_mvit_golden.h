#pragma once

#include <yardstick/golden.h>

namespace yardstick {

// Answers the cases of PySlowFast's MViT with REV.ENABLE and stages: classification and its loss,
// with given drop-path masks.
GoldenFamily rev_mvit_golden_family();

}  // namespace yardstick
