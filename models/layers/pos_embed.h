#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>

namespace yardstick::layers {

// A learned position embedding for another grid, as MAE's interpolate_pos_embed does it: bicubic,
// align_corners false, no antialias (kernel constant -0.75). `pos_embed` is [1, prefix + g * g, D];
// the first `prefix_tokens` rows are kept. timm's own resampling antialiases and so differs.
// Returns [1, prefix + grid[0] * grid[1], D]. Throws Data unless the old grid is square.
at::Tensor resize_pos_embed(const at::Tensor& pos_embed, std::int64_t prefix_tokens,
                            std::array<std::int64_t, 2> grid);

}  // namespace yardstick::layers
