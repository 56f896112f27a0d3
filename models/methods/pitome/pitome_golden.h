#pragma once

#include <yardstick/golden.h>

namespace yardstick {

// Answers golden cases of PiToMe: classification by the ViTs that make_vit_of_case builds, and the
// functions pitome_vision and pitome_text.
GoldenFamily pitome_golden_family();

}  // namespace yardstick
