#pragma once

#include <yardstick/golden.h>

namespace yardstick {

// in.image or in.video. Throws Data where the case has neither.
const at::Tensor& case_pixels(const GoldenCase& golden);

}  // namespace yardstick
