#pragma once

#include <yardstick/golden.h>

namespace yardstick {

// Answers golden cases of DiffRate: classification in evaluation mode by the ViTs that
// make_vit_of_case builds, the function get_merge_func, and the class DiffRate.
GoldenFamily diffrate_golden_family();

}  // namespace yardstick
