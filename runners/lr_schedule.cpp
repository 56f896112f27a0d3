#include "runners/lr_schedule.h"

#include <cmath>
#include <numbers>

namespace yardstick {

double LrSchedule::at(double epoch) const {
  if (epoch < warmup_epochs) return lr * epoch / warmup_epochs;
  const double progress = (epoch - warmup_epochs) / (epochs - warmup_epochs);
  return min_lr + (lr - min_lr) * 0.5 * (1.0 + std::cos(std::numbers::pi * progress));
}

}  // namespace yardstick
