#pragma once

#include "tasks/io/draws.h"

#include <yardstick/preprocessing.h>

#include <cstdint>

namespace yardstick {

// timm's RandomErasing (arXiv:1708.04896).
struct ErasePolicy {
  double probability = 0;
  double min_area = 0.02;  // of the image, shared by the blocks drawn
  double max_area = 1.0 / 3.0;
  double min_aspect = 0.3;  // height / width
  double max_aspect = 1 / 0.3;
  std::int64_t min_count = 1;  // blocks
  std::int64_t max_count = 1;
  EraseMode mode = EraseMode::kConst;
};

// Erases blocks of a normalised image, float [channels, height_px, width_px] at `chw`, and returns
// how many. Draws, in order: the gate (uniform; nothing more above the probability), the count
// (below; only where it is not fixed), then for each block up to ten tries of area and log-ratio
// (uniform), top and left of the block that fits (below), and its normal numbers, channel by
// channel and row by row. A block that never fits is left out.
int erase_at_random(const ErasePolicy& policy, Draws& draws, int channels, int height_px,
                    int width_px, float* chw);

}  // namespace yardstick
