#pragma once

#include <yardstick/model.h>

namespace yardstick::layers {

// Throws User, naming the model, unless `input` is [N, info.input_shape...].
void require_input(const at::Tensor& input, const ModelInfo& info);

}  // namespace yardstick::layers
