#include "tasks/io/augment/rand_augment.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>

namespace yardstick {

Rgb fill_color(const std::array<double, 3>& mean) {
  Rgb fill;
  for (std::size_t c = 0; c < fill.size(); ++c) {
    fill[c] = static_cast<std::uint8_t>(std::clamp(std::nearbyint(255 * mean[c]), 0.0, 255.0));
  }
  return fill;
}

RandAugment::RandAugment(const RandAugmentPolicy& policy, const Rgb& fill,
                         std::optional<Interpolation> interpolation, int side_px)
    : policy_(policy), fill_(fill), interpolation_(interpolation), side_px_(side_px) {
  OpChoice choice = op_choice(policy);
  for (const std::string_view name : choice.names) ops_.push_back(&augment_op(name));
  weights_ = std::move(choice.weights);
}

void RandAugment::apply(Image& image, Draws& draws) const {
  for (const AugmentOp* op : choose(draws)) apply_one(*op, image, draws);
}

std::vector<const AugmentOp*> RandAugment::choose(Draws& draws) const {
  std::vector<const AugmentOp*> chosen;
  std::vector<double> left = weights_;
  for (std::int64_t i = 0; i < policy_.count; ++i) {
    if (left.empty()) {
      chosen.push_back(ops_[draws.below(ops_.size())]);
      continue;
    }
    double mark = draws.uniform() * std::accumulate(left.begin(), left.end(), 0.0);
    std::size_t at = 0;
    while (at + 1 < left.size() && (left[at] == 0 || mark >= left[at])) mark -= left[at++];
    // Rounding may carry the mark past the last that is left.
    while (left[at] == 0) --at;
    chosen.push_back(ops_[at]);
    left[at] = 0;
  }
  return chosen;
}

void RandAugment::apply_one(const AugmentOp& op, Image& image, Draws& draws) const {
  if (policy_.probability < 1 && draws.uniform() > policy_.probability) return;
  auto magnitude = static_cast<double>(policy_.magnitude);
  if (std::isinf(policy_.magnitude_std)) {
    magnitude = draws.uniform(0, magnitude);
  } else if (policy_.magnitude_std > 0) {
    magnitude += draws.normal() * policy_.magnitude_std;
  }
  magnitude = std::clamp(magnitude, 0.0, static_cast<double>(policy_.max_magnitude));
  const bool is_negative = op.has_sign && draws.uniform() > 0.5;
  const double argument =
      op.argument == nullptr ? 0 : op.argument(magnitude, is_negative, side_px_);
  Resampling how{interpolation_.value_or(Interpolation::kBilinear), fill_};
  if (op.is_resampling && !interpolation_ && draws.below(2) == 1) {
    how.interpolation = Interpolation::kBicubic;
  }
  op.apply(image, argument, how);
}

}  // namespace yardstick
