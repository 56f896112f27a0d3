#include "tasks/io/augment/crop_box.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace yardstick {
namespace {

int round_half_even(double value) { return static_cast<int>(std::nearbyint(value)); }

struct AreaAndRatio {
  double share, ratio;
};

AreaAndRatio draw_in_double(const Augmentation& augmentation, Draws& draws) {
  const double share = draws.uniform(augmentation.min_scale, augmentation.max_scale);
  const double log_ratio =
      draws.uniform(std::log(augmentation.min_ratio), std::log(augmentation.max_ratio));
  return {share, std::exp(log_ratio)};
}

// As torch.empty(1).uniform_(low, high) rounds.
float draw_in_float(float low, float high, Draws& draws) {
  return static_cast<float>(draws.uniform()) * (high - low) + low;
}

AreaAndRatio draw_in_float(const Augmentation& augmentation, Draws& draws) {
  const float share = draw_in_float(static_cast<float>(augmentation.min_scale),
                                    static_cast<float>(augmentation.max_scale), draws);
  const float log_ratio =
      draw_in_float(std::log(static_cast<float>(augmentation.min_ratio)),
                    std::log(static_cast<float>(augmentation.max_ratio)), draws);
  return {share, std::exp(log_ratio)};
}

CropBox place(int width, int height, int width_px, int height_px, Draws& draws) {
  const auto below = [&](int count) {
    return static_cast<int>(draws.below(static_cast<std::uint64_t>(count)));
  };
  const int y = below(height_px - height + 1);
  const int x = below(width_px - width + 1);
  return {x, y, width, height};
}

// The whole width or height, with the nearest ratio that is allowed.
CropBox central_box(int width_px, int height_px, const Augmentation& augmentation) {
  int width = width_px;
  int height = height_px;
  const double in_ratio = static_cast<double>(width_px) / height_px;
  if (in_ratio < augmentation.min_ratio) {
    height = std::clamp(round_half_even(width / augmentation.min_ratio), 1, height_px);
  } else if (in_ratio > augmentation.max_ratio) {
    width = std::clamp(round_half_even(height * augmentation.max_ratio), 1, width_px);
  }
  return {(width_px - width) / 2, (height_px - height) / 2, width, height};
}

}  // namespace

CropBox random_crop_box(int width_px, int height_px, const Augmentation& augmentation,
                        Draws& draws) {
  constexpr int kTries = 10;
  const CropRule rule = augmentation.crop_rule;
  const double area = static_cast<double>(width_px) * height_px;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const auto [share, ratio] = rule == CropRule::kTimm ? draw_in_double(augmentation, draws)
                                                        : draw_in_float(augmentation, draws);
    const double target = area * share;
    int width = round_half_even(std::sqrt(target * ratio));
    int height = round_half_even(std::sqrt(target / ratio));
    if (rule == CropRule::kOneTry) {
      width = std::clamp(width, 1, width_px);
      height = std::clamp(height, 1, height_px);
    }
    if (width > 0 && width <= width_px && height > 0 && height <= height_px) {
      return place(width, height, width_px, height_px, draws);
    }
  }
  return central_box(width_px, height_px, augmentation);
}

}  // namespace yardstick
