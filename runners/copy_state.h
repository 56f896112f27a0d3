#pragma once

#include <yardstick/tensor_file.h>

#include <string_view>

namespace yardstick {

// Copies `from` into the tensors of `to`, name by name; further names of `from` are passed over.
// Throws Data on a missing name or another shape, naming `what` it is ("optimizer state").
void copy_state(const TensorMap& from, const TensorMap& to, std::string_view what);

}  // namespace yardstick
