#pragma once

#include <yardstick/golden.h>

namespace yardstick {

// in.image, in.video or in.x. Throws Data where the case has none.
const at::Tensor& case_pixels(const GoldenCase& golden);

}  // namespace yardstick
