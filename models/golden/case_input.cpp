#include "models/golden/case_input.h"

#include <yardstick/error.h>

namespace yardstick {

const at::Tensor& case_pixels(const GoldenCase& golden) {
  for (const char* name : {"image", "video", "x"}) {
    const auto found = golden.inputs.find(name);
    if (found != golden.inputs.end()) return found->second;
  }
  throw_data(concat("case ", golden.name, " has none of in.image, in.video and in.x"));
}

}  // namespace yardstick
