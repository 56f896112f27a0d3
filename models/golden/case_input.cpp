#include "models/golden/case_input.h"

#include <yardstick/error.h>

namespace yardstick {

const at::Tensor& case_pixels(const GoldenCase& golden) {
  for (const char* name : {"image", "video"}) {
    const auto found = golden.inputs.find(name);
    if (found != golden.inputs.end()) return found->second;
  }
  throw_data(concat("case ", golden.name, " has neither in.image nor in.video"));
}

}  // namespace yardstick
