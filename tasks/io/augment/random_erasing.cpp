#include "tasks/io/augment/random_erasing.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>

namespace yardstick {
namespace {

struct Block {
  int top, left, height, width;
};

std::optional<Block> draw_block(const ErasePolicy& policy, double share, int height_px,
                                int width_px, Draws& draws) {
  constexpr int kTries = 10;
  const double log_min = std::log(policy.min_aspect);
  const double log_max = std::log(policy.max_aspect);
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const double area = draws.uniform(policy.min_area, policy.max_area) *
                        (static_cast<double>(height_px) * width_px) / share;
    const double aspect = std::exp(draws.uniform(log_min, log_max));
    const int height = static_cast<int>(std::nearbyint(std::sqrt(area * aspect)));
    const int width = static_cast<int>(std::nearbyint(std::sqrt(area / aspect)));
    if (height >= height_px || width >= width_px) continue;
    const auto below = [&](int count) {
      return static_cast<int>(draws.below(static_cast<std::uint64_t>(count)));
    };
    const int top = below(height_px - height + 1);
    const int left = below(width_px - width + 1);
    return Block{top, left, height, width};
  }
  return std::nullopt;
}

}  // namespace

int erase_at_random(const ErasePolicy& policy, Draws& draws, int channels, int height_px,
                    int width_px, float* chw) {
  if (draws.uniform() > policy.probability) return 0;
  std::int64_t count = policy.min_count;
  if (policy.max_count > policy.min_count) {
    count += static_cast<std::int64_t>(
        draws.below(static_cast<std::uint64_t>(policy.max_count - policy.min_count + 1)));
  }
  int erased = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto block = draw_block(policy, static_cast<double>(count), height_px, width_px, draws);
    if (!block) continue;
    ++erased;
    for (int c = 0; c < channels; ++c) {
      const float whole =
          policy.mode == EraseMode::kRand ? static_cast<float>(draws.normal()) : 0.0F;
      for (int y = block->top; y < block->top + block->height; ++y) {
        float* row = chw + (static_cast<std::ptrdiff_t>(c) * height_px + y) * width_px;
        for (int x = block->left; x < block->left + block->width; ++x) {
          row[x] = policy.mode == EraseMode::kPixel ? static_cast<float>(draws.normal()) : whole;
        }
      }
    }
  }
  return erased;
}

}  // namespace yardstick
