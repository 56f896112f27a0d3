#pragma once

#include <yardstick/golden.h>

namespace yardstick {

// Answers golden cases of facebookresearch/ToMe: timm's, DeiT's, MAE's and SWAG's networks with
// their tokens merged, and the functions of tome.merge and tome.utils.parse_r.
GoldenFamily tome_golden_family();

}  // namespace yardstick
