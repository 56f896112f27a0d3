#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace yardstick::layers {

// Throws User, naming `model`, unless `input` is [N, channels, spatial...].
void require_input(const at::Tensor& input, std::int64_t channels,
                   const std::vector<std::int64_t>& spatial, const std::string& model);

}  // namespace yardstick::layers
