#include "models/golden/case_input.h"

#include <yardstick/error.h>

#include <utility>

namespace yardstick {

const at::Tensor& case_pixels(const GoldenCase& golden) {
  for (const char* name : {"image", "video", "x"}) {
    const auto found = golden.inputs.find(name);
    if (found != golden.inputs.end()) return found->second;
  }
  throw_data(concat("case ", golden.name, " has none of in.image, in.video and in.x"));
}

ModelInfo info_of_case(const GoldenCase& golden, std::string family,
                       std::vector<std::int64_t> input_shape) {
  ModelInfo info;
  info.name = golden.name;
  info.family = std::move(family);
  info.input_shape = std::move(input_shape);
  return info;
}

}  // namespace yardstick
