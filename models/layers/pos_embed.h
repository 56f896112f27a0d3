#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>

namespace yardstick::layers {

// What of two grids lies upon one another: their borders (align_corners false, as MAE does) or the
// centres of their corner cells (true, as SWAG and torchvision do).
enum class GridAlignment { kBorders, kCorners };

// A learned position embedding for another grid, as MAE's interpolate_pos_embed does it: bicubic,
// no antialias (kernel constant -0.75). `pos_embed` is [1, prefix + g * g, D]; the first
// `prefix_tokens` rows are kept. timm's own resampling antialiases and so differs.
// Returns [1, prefix + grid[0] * grid[1], D]. Throws Data unless the old grid is square.
at::Tensor resize_pos_embed(const at::Tensor& pos_embed, std::int64_t prefix_tokens,
                            std::array<std::int64_t, 2> grid,
                            GridAlignment alignment = GridAlignment::kBorders);

}  // namespace yardstick::layers
