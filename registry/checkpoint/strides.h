#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace yardstick::checkpoint {

// In elements, of a tensor of `shape` whose last dimension lies together.
inline std::vector<std::int64_t> contiguous_strides(const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> strides(shape.size());
  std::int64_t stride = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= std::max<std::int64_t>(shape[i], 1);
  }
  return strides;
}

}  // namespace yardstick::checkpoint
