#pragma once

#include <yardstick/golden.h>

namespace yardstick {

// Answers the cases of PySlowFast's MViT without REV.ENABLE.
GoldenFamily mvit_golden_family();

}  // namespace yardstick
