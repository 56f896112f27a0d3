#pragma once

#include "registry/checkpoint/value.h"

#include <cstdint>
#include <string>
#include <vector>

namespace yardstick::checkpoint {

// One contiguous tensor to be written.
struct TensorBytes {
  std::string name;
  Dtype dtype = Dtype::kFloat32;
  std::vector<std::int64_t> shape;
  const void* data = nullptr;
  std::uint64_t bytes = 0;
};

// Writes an OrderedDict of tensors as torch.save does since 1.6. Throws Environment where the file
// cannot be written.
void write_torch_zip(const std::string& path, const std::vector<TensorBytes>& tensors);

}  // namespace yardstick::checkpoint
