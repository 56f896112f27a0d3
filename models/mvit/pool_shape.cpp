#include "models/mvit/pool_shape.h"

#include <yardstick/error.h>

#include <algorithm>

namespace yardstick {

std::int64_t count_of(const Thw& grid) { return grid[0] * grid[1] * grid[2]; }

bool all_positive(const Thw& sizes) {
  return std::ranges::all_of(sizes, [](std::int64_t n) { return n > 0; });
}

std::string text_of(const Thw& sizes) { return concat(sizes[0], " x ", sizes[1], " x ", sizes[2]); }

Thw PoolShape::padding() const { return {kernel[0] / 2, kernel[1] / 2, kernel[2] / 2}; }

Thw PoolShape::pooled(const Thw& grid) const {
  const Thw pad = padding();
  Thw left{};
  for (std::size_t d = 0; d < left.size(); ++d) {
    const std::int64_t span = grid[d] + 2 * pad[d] - kernel[d];
    left[d] = span < 0 ? 0 : span / stride[d] + 1;
  }
  return left;
}

PoolShape PoolShape::of_stride(const Thw& stride) {
  PoolShape shape{.stride = stride};
  for (std::size_t d = 0; d < stride.size(); ++d) {
    shape.kernel[d] = stride[d] > 1 ? stride[d] + 1 : 1;
  }
  return shape;
}

}  // namespace yardstick
