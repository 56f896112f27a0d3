#include "models/layers/input_check.h"

#include <yardstick/error.h>

namespace yardstick::layers {

void require_input(const at::Tensor& input, std::int64_t channels,
                   const std::vector<std::int64_t>& spatial, const std::string& model) {
  std::vector<std::int64_t> wanted = {channels};
  wanted.insert(wanted.end(), spatial.begin(), spatial.end());
  if (input.defined() && input.dim() > 0 && input.sizes().slice(1).equals(wanted)) return;
  std::string sizes;
  for (const std::int64_t size : wanted) sizes += ", " + std::to_string(size);
  const std::string found = input.defined() ? concat(input.sizes()) : std::string("nothing");
  throw_user(concat(model, " takes [N", sizes, "], not ", found),
             "resize the input, or set img_size where the model has it");
}

}  // namespace yardstick::layers
