#include "metrics/statistics/level_fit.h"

#include "metrics/statistics/interval.h"
#include "metrics/statistics/preconditions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace yardstick {
namespace {

using detail::require;

constexpr double kLeastVariance = 1e-12;  // of log values: one part per million
constexpr double kOutlierDeviations = 3;
constexpr double kNormalMad = 1.482602218505602;  // standard deviation / MAD of a normal

// Deviation of one value, from differences of neighbours: levels cancel but at the steps.
double noise_of_neighbours(const std::vector<double>& logs) {
  if (logs.size() < 2) return 0;
  std::vector<double> steps;
  for (std::size_t i = 1; i < logs.size(); ++i) steps.push_back(std::abs(logs[i] - logs[i - 1]));
  return kNormalMad * median(steps) / std::sqrt(2.0);
}

// Outliers moved towards the median of the `reach` neighbours on either side.
std::vector<double> without_outliers(const std::vector<double>& logs, std::size_t reach) {
  const double allowed =
      kOutlierDeviations * std::max(noise_of_neighbours(logs), std::sqrt(kLeastVariance));
  std::vector<double> moved(logs.size());
  for (std::size_t i = 0; i < logs.size(); ++i) {
    const std::size_t first = i < reach ? 0 : i - reach;
    const std::size_t end = std::min(logs.size(), i + reach + 1);
    const double centre = median(std::span(logs).subspan(first, end - first));
    moved[i] = std::clamp(logs[i], centre - allowed, centre + allowed);
  }
  return moved;
}

// Sums over any stretch of values in constant time.
class PrefixSums {
 public:
  explicit PrefixSums(const std::vector<double>& values) : sums_{0.0}, squares_{0.0} {
    // Around the middle, so that a small spread about a large level keeps its digits.
    centre_ = median(values);
    for (const double value : values) {
      sums_.push_back(sums_.back() + (value - centre_));
      squares_.push_back(squares_.back() + (value - centre_) * (value - centre_));
    }
  }

  double mean(std::size_t first, std::size_t end) const {
    return centre_ + (sums_[end] - sums_[first]) / static_cast<double>(end - first);
  }

  // Sum of squares about the stretch's own mean.
  double residual(std::size_t first, std::size_t end) const {
    const double sum = sums_[end] - sums_[first];
    const double about = sum * sum / static_cast<double>(end - first);
    return std::max(0.0, squares_[end] - squares_[first] - about);
  }

 private:
  double centre_ = 0;
  std::vector<double> sums_;
  std::vector<double> squares_;
};

// For every prefix of the values and every number of changes, the least sum of squares and where
// its last regime starts.
class BestFits {
 public:
  BestFits(const PrefixSums& sums, std::size_t count, std::size_t minimum, std::size_t most)
      : stride_(most + 1),
        residuals_((count + 1) * stride_, std::numeric_limits<double>::infinity()),
        last_starts_((count + 1) * stride_, 0) {
    for (std::size_t end = minimum; end <= count; ++end) {
      double* const residuals = &residuals_[end * stride_];
      std::size_t* const last_starts = &last_starts_[end * stride_];
      residuals[0] = sums.residual(0, end);
      for (std::size_t start = minimum; start + minimum <= end; ++start) {
        const double last = sums.residual(start, end);
        const double* const before = &residuals_[start * stride_];
        for (std::size_t changes = 1; changes <= most; ++changes) {
          if (before[changes - 1] + last >= residuals[changes]) continue;
          residuals[changes] = before[changes - 1] + last;
          last_starts[changes] = start;
        }
      }
    }
  }

  double residual(std::size_t end, std::size_t changes) const {
    return residuals_[end * stride_ + changes];
  }

  std::vector<std::size_t> change_points(std::size_t end, std::size_t changes) const {
    std::vector<std::size_t> found(changes);
    for (; changes > 0; --changes) {
      end = last_starts_[end * stride_ + changes];
      found[changes - 1] = end;
    }
    return found;
  }

 private:
  std::size_t stride_;
  std::vector<double> residuals_;
  std::vector<std::size_t> last_starts_;
};

// Change points of the best fit under the penalty of level_fit.h.
std::vector<std::size_t> best_change_points(const PrefixSums& sums, std::size_t count,
                                            std::size_t minimum, std::size_t most) {
  if (count < 2 * minimum) return {};
  most = std::min(most, count / minimum - 1);
  const BestFits fits(sums, count, minimum, most);
  const double n = static_cast<double>(count);
  const auto cost = [&](std::size_t changes) {
    return std::log(std::max(fits.residual(count, changes) / n, kLeastVariance)) +
           4 * static_cast<double>(changes) * std::log(n) / n;
  };
  std::size_t best = 0;
  for (std::size_t changes = 1; changes <= most; ++changes) {
    if (cost(changes) < cost(best)) best = changes;
  }
  return fits.change_points(count, best);
}

// The start of the last regime, where it is as short as regimes may be: there the bound, and not
// the values, may have put it. `logs` as measured, since what is new looks like outliers at first.
std::size_t last_start(const std::vector<double>& logs, std::size_t first, std::size_t start) {
  const PrefixSums sums(logs);
  const auto residual = [&](std::size_t split) {
    return sums.residual(first, split) + sums.residual(split, logs.size());
  };
  std::size_t best = start;
  for (std::size_t split = start + 1; split + 2 <= logs.size(); ++split) {
    if (residual(split) < residual(best)) best = split;
  }
  return best;
}

}  // namespace

LevelFit fit_levels(std::span<const double> series, const LevelPlan& plan) {
  require(plan.minimum_segment >= 2, "a regime of fewer than two samples");
  require(plan.max_change_points >= 0, "a negative count");
  detail::require_positive(series);
  std::vector<double> logs(series.size());
  std::transform(series.begin(), series.end(), logs.begin(),
                 [](double value) { return std::log(value); });
  const auto minimum = static_cast<std::size_t>(plan.minimum_segment);
  const PrefixSums sums(without_outliers(logs, minimum - 1));

  LevelFit fit;
  fit.change_points = best_change_points(sums, series.size(), minimum,
                                         static_cast<std::size_t>(plan.max_change_points));
  const std::size_t found = fit.change_points.size();
  bool is_moved = false;
  if (found > 0 && series.size() - fit.change_points.back() == minimum) {
    const std::size_t first = found < 2 ? 0 : fit.change_points[found - 2];
    const std::size_t start = last_start(logs, first, fit.change_points.back());
    is_moved = start != std::exchange(fit.change_points.back(), start);
  }
  std::vector<std::size_t> bounds = fit.change_points;
  bounds.insert(bounds.begin(), 0);
  bounds.push_back(series.size());
  double residual = 0;
  for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
    fit.levels.push_back(std::exp(sums.mean(bounds[i], bounds[i + 1])));
    residual += sums.residual(bounds[i], bounds[i + 1]);
  }
  if (is_moved) {
    const auto young = std::span(logs).subspan(fit.change_points.back());
    fit.levels.back() = std::exp(PrefixSums({young.begin(), young.end()}).mean(0, young.size()));
  }
  const std::size_t freedom = series.size() - fit.levels.size();
  fit.relative_noise = freedom == 0 ? 0 : std::sqrt(residual / static_cast<double>(freedom));
  return fit;
}

}  // namespace yardstick
