#pragma once

#include <yardstick/golden.h>

#include <cstdint>
#include <string>
#include <vector>

namespace yardstick {

// in.image, in.video or in.x. Throws Data where the case has none.
const at::Tensor& case_pixels(const GoldenCase& golden);

// What is said of the model that `family` builds for a case.
ModelInfo info_of_case(const GoldenCase& golden, std::string family,
                       std::vector<std::int64_t> input_shape);

}  // namespace yardstick
