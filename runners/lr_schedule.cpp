#include "runners/lr_schedule.h"

#include <cmath>
#include <numbers>

namespace yardstick {
namespace {

// 1 at progress 0, 0 at 1.
double half_cosine(double progress) { return 0.5 * (1.0 + std::cos(std::numbers::pi * progress)); }

double mae_cosine(const LrSchedule& s, double epoch) {
  if (epoch < s.warmup_epochs) return s.lr * epoch / s.warmup_epochs;
  const double progress = (epoch - s.warmup_epochs) / (s.epochs - s.warmup_epochs);
  return s.min_lr + (s.lr - s.min_lr) * half_cosine(progress);
}

double timm_cosine(const LrSchedule& s, double epoch) {
  if (epoch < s.warmup_epochs) {
    return s.warmup_lr + epoch * (s.lr - s.warmup_lr) / s.warmup_epochs;
  }
  if (s.is_warmup_prefix) epoch -= s.warmup_epochs;
  double cycle = 0, length = s.epochs, into = 0;
  if (s.cycle_mul == 1) {
    cycle = std::floor(epoch / s.epochs);
    into = epoch - s.epochs * cycle;
  } else {
    cycle =
        std::floor(std::log(1.0 - epoch / s.epochs * (1.0 - s.cycle_mul)) / std::log(s.cycle_mul));
    const double growth = std::pow(s.cycle_mul, cycle);
    length = growth * s.epochs;
    into = epoch - (1.0 - growth) / (1.0 - s.cycle_mul) * s.epochs;
  }
  if (cycle >= static_cast<double>(s.cycle_limit)) return s.min_lr;
  const double peak = s.lr * std::pow(s.cycle_decay, cycle);
  const double progress = std::pow(into, s.k_decay) / std::pow(length, s.k_decay);
  return s.min_lr + (peak - s.min_lr) * half_cosine(progress);
}

double slowfast_cosine(const LrSchedule& s, double epoch) {
  const auto cosine = [&s](double at) {
    const double offset = s.is_cosine_after_warmup ? s.warmup_epochs : 0;
    return s.min_lr + (s.lr - s.min_lr) * half_cosine((at - offset) / (s.epochs - offset));
  };
  if (epoch >= s.warmup_epochs) return cosine(epoch);
  const double end = cosine(s.warmup_epochs);
  return s.warmup_lr + epoch * (end - s.warmup_lr) / s.warmup_epochs;
}

}  // namespace

double LrSchedule::at(double epoch) const {
  if (is_per_epoch) epoch = std::floor(epoch);
  switch (rule) {
    case LrRule::kTimmCosine:
      return timm_cosine(*this, epoch);
    case LrRule::kSlowfastCosine:
      return slowfast_cosine(*this, epoch);
    case LrRule::kMaeCosine:
      break;
  }
  return mae_cosine(*this, epoch);
}

double LrSchedule::length() const {
  if (rule != LrRule::kTimmCosine) return epochs;
  const auto cycles = static_cast<double>(cycle_limit);
  const double all = cycle_mul == 1
                         ? epochs * cycles
                         : std::floor(epochs * (std::pow(cycle_mul, cycles) - 1) / (cycle_mul - 1));
  return is_warmup_prefix ? all + warmup_epochs : all;
}

double scaled_lr(double base_lr, std::int64_t samples) {
  return base_lr * static_cast<double>(samples) / 256.0;
}

}  // namespace yardstick
