#include "runners/copy_state.h"

#include <yardstick/error.h>

#include <ATen/core/grad_mode.h>

namespace yardstick {

void copy_state(const TensorMap& from, const TensorMap& to, std::string_view what) {
  const at::NoGradGuard no_grad;
  for (const auto& [name, tensor] : to) {
    const auto found = from.find(name);
    if (found == from.end()) throw_data(concat(what, " ", name, " is missing"));
    if (found->second.sizes() != tensor.sizes()) {
      throw_data(
          concat(what, " ", name, " has shape ", found->second.sizes(), ", not ", tensor.sizes()));
    }
    tensor.copy_(found->second);
  }
}

}  // namespace yardstick
