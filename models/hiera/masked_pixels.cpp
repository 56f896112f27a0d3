#include "models/hiera/masked_pixels.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/repeat_interleave.h>

#include <vector>

namespace yardstick {

at::Tensor hide_removed(const MaskedHieraConfig& config, const at::Tensor& pixels,
                        const at::Tensor& visible) {
  const std::vector<std::int64_t> grid = config.unit_grid();
  const std::vector<std::int64_t> unit = config.unit_px();
  std::vector<std::int64_t> by_unit = {pixels.size(0), pixels.size(1)};
  std::vector<std::int64_t> per_unit = {pixels.size(0), 1};
  for (std::size_t d = 0; d < grid.size(); ++d) {
    by_unit.insert(by_unit.end(), {grid[d], unit[d]});
    per_unit.insert(per_unit.end(), {grid[d], 1});
  }
  const at::Tensor factor = visible.to(pixels.scalar_type()).view(per_unit);
  return (pixels.reshape(by_unit) * factor).view(pixels.sizes());
}

at::Tensor visible_tokens(const MaskedHieraConfig& config, const at::Tensor& visible) {
  const std::vector<std::int64_t> grid = config.unit_grid();
  const std::vector<std::int64_t> unit = config.final_unit();
  std::vector<std::int64_t> per_unit = {visible.size(0)};
  std::vector<std::int64_t> by_token = {visible.size(0)};
  for (std::size_t d = 0; d < grid.size(); ++d) {
    per_unit.insert(per_unit.end(), {grid[d], 1});
    by_token.insert(by_token.end(), {grid[d], unit[d]});
  }
  return visible.view(per_unit).expand(by_token).reshape({visible.size(0), -1});
}

at::Tensor to_targets(const MaskedHieraConfig& config, const at::Tensor& pixels) {
  const std::int64_t side = config.target_px();
  const std::int64_t batch = pixels.size(0);
  const std::int64_t values = config.target_values();
  if (pixels.dim() == 4) {
    return pixels.unflatten(3, {-1, side})
        .unflatten(2, {-1, side})  // [B, C, h, row, w, column]
        .permute({0, 2, 4, 1, 3, 5})
        .reshape({batch, -1, values});
  }
  return pixels.slice(2, 0, pixels.size(2), config.target_frames())
      .unflatten(4, {-1, side})
      .unflatten(3, {-1, side})  // [B, C, t, h, row, w, column]
      .permute({0, 2, 3, 5, 4, 6, 1})
      .reshape({batch, -1, values});
}

at::Tensor from_targets(const MaskedHieraConfig& config, const at::Tensor& targets) {
  const std::int64_t side = config.target_px();
  const std::int64_t channels = config.encoder.channels;
  const std::vector<std::int64_t> grid = config.final_grid();
  const std::int64_t batch = targets.size(0);
  if (grid.size() == 2) {
    return targets.reshape({batch, grid[0], grid[1], channels, side, side})
        .permute({0, 3, 1, 4, 2, 5})
        .reshape({batch, channels, grid[0] * side, grid[1] * side});
  }
  const at::Tensor frames =
      targets.reshape({batch, grid[0], grid[1], grid[2], side, side, channels})
          .permute({0, 6, 1, 2, 4, 3, 5})
          .reshape({batch, channels, grid[0], grid[1] * side, grid[2] * side});
  return at::repeat_interleave(frames, config.target_frames(), 2);
}

}  // namespace yardstick
