#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>

namespace yardstick::layers {

// MAE's fixed position embedding, [1, prefix + h * w, width] in float32: `prefix_tokens` rows of
// zeros, then the grid row by row. With w_k = 10000^(-k / (width / 4)), position (i, j) holds
// sin(j w), cos(j w), sin(i w), cos(i w): the column comes first. Requires: 4 divides width.
at::Tensor sincos_positions(std::int64_t width, std::array<std::int64_t, 2> grid,
                            std::int64_t prefix_tokens);

// The same for clips, [1, prefix + t * h * w, width], steps in time outermost, as PySlowFast and
// MAE-ST compute it: the first quarter of the channels holds the step's sines and cosines, the rest
// is the embedding above of row and column. Requires: 16 divides width.
at::Tensor sincos_clip_positions(std::int64_t width, std::array<std::int64_t, 3> grid,
                                 std::int64_t prefix_tokens);

}  // namespace yardstick::layers
