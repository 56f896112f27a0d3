#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace yardstick {

using Thw = std::array<std::int64_t, 3>;  // [T, H, W]: of an image T is 1

// Tokens in a grid.
std::int64_t count_of(const Thw& grid);
bool all_positive(const Thw& sizes);
// "2 x 14 x 14".
std::string text_of(const Thw& sizes);

// What a pooling of tokens covers and how far it moves; it is padded by half its kernel.
struct PoolShape {
  Thw kernel = {1, 1, 1};
  Thw stride = {1, 1, 1};

  Thw padding() const;
  // The grid that is left. Below 1 where the kernel does not fit.
  Thw pooled(const Thw& grid) const;
  bool keeps_frames_apart() const { return kernel[0] == 1 && stride[0] == 1; }
  bool is_identity() const { return kernel == Thw{1, 1, 1} && stride == Thw{1, 1, 1}; }

  // The kernel that MViT takes for a stride where it is given none: stride + 1, or 1.
  static PoolShape of_stride(const Thw& stride);
};

}  // namespace yardstick
