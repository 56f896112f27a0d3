#include "models/layers/input_check.h"

#include <yardstick/error.h>

#include <string>

namespace yardstick::layers {

void require_input(const at::Tensor& input, const ModelInfo& info) {
  if (input.defined() && input.dim() > 0 && input.sizes().slice(1).equals(info.input_shape)) return;
  std::string sizes;
  for (const std::int64_t size : info.input_shape) sizes += ", " + std::to_string(size);
  const std::string found = input.defined() ? concat(input.sizes()) : std::string("nothing");
  throw_user(concat(info.name, " takes [N", sizes, "], not ", found),
             "resize the input, or set img_size where the model has it");
}

}  // namespace yardstick::layers
