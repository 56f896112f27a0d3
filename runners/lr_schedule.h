#pragma once

#include <cstdint>

namespace yardstick {

// Linear warm-up from 0, then half a cosine down to `min_lr` (MAE, appendix A.1). The clock is a
// fractional epoch, read before each optimiser step, so the first step of a warm-up has rate 0.
struct LrSchedule {
  double lr = 0;
  double min_lr = 0;
  double warmup_epochs = 0;
  double epochs = 0;

  // The rate at `epoch` (0 <= epoch <= epochs).
  double at(double epoch) const;
};

}  // namespace yardstick
