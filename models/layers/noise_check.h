#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

namespace yardstick::layers {

// Throws User, naming `model`, unless `noise` is [samples, units].
void require_noise(const at::Tensor& noise, std::int64_t samples, std::int64_t units,
                   const std::string& model);

}  // namespace yardstick::layers
