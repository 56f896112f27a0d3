#include "models/layers/pos_embed.h"

#include <yardstick/error.h>

#include <ATen/ops/cat.h>
#include <ATen/ops/upsample_bicubic2d.h>

#include <cmath>

namespace yardstick::layers {

at::Tensor resize_pos_embed(const at::Tensor& pos_embed, std::int64_t prefix_tokens,
                            std::array<std::int64_t, 2> grid, GridAlignment alignment) {
  const std::int64_t tokens = pos_embed.dim() == 3 ? pos_embed.size(1) - prefix_tokens : 0;
  const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(tokens))));
  if (tokens < 1 || pos_embed.size(0) != 1 || side * side != tokens) {
    throw_data(concat("position embedding of shape ", pos_embed.sizes(),
                      " is not that of a square grid with ", prefix_tokens, " more tokens"));
  }
  const std::int64_t width = pos_embed.size(2);
  const at::Tensor old_grid = pos_embed.slice(1, prefix_tokens)
                                  .to(at::kFloat)
                                  .reshape({1, side, side, width})
                                  .permute({0, 3, 1, 2});  // [1, D, g, g]
  const at::Tensor new_grid =
      at::upsample_bicubic2d(old_grid, at::IntArrayRef(grid),
                             /*align_corners=*/alignment == GridAlignment::kCorners);
  const at::Tensor rows =
      new_grid.permute({0, 2, 3, 1}).reshape({1, grid[0] * grid[1], width});  // [1, h * w, D]
  if (prefix_tokens == 0) return rows;
  return at::cat({pos_embed.slice(1, 0, prefix_tokens).to(at::kFloat), rows}, 1);
}

}  // namespace yardstick::layers
