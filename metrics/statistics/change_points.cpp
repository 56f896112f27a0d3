#include "metrics/statistics/change_points.h"

#include "metrics/statistics/preconditions.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

namespace yardstick {
namespace {

using detail::require;

void require_series(std::span<const double> series) {
  require(std::all_of(series.begin(), series.end(), [](double v) { return std::isfinite(v); }),
          "a series of values that are not finite");
}

struct Segment {
  std::size_t first;
  std::size_t end;
};

double unordered_pairs(double count) { return count * (count - 1) / 2; }

// The split of one segment with the highest statistic; none where it is too short for one.
std::optional<EnergyStep> best_split(std::span<const double> series, Segment segment,
                                     std::size_t minimum) {
  const std::span<const double> part = series.subspan(segment.first, segment.end - segment.first);
  if (part.size() < 2 * minimum) return std::nullopt;
  const auto distance_to = [&](std::size_t from, std::size_t first, std::size_t end) {
    double sum = 0;
    for (std::size_t i = first; i < end; ++i) sum += std::abs(part[i] - part[from]);
    return sum;
  };

  // Sums of distances within the left and the right side and between them; each sample in turn
  // moves from right to left.
  double left = 0;
  double right = 0;
  double between = 0;
  for (std::size_t i = 0; i < part.size(); ++i) right += distance_to(i, 0, i);
  std::optional<EnergyStep> best;
  for (std::size_t t = 1; t + minimum <= part.size(); ++t) {
    const double to_left = distance_to(t - 1, 0, t - 1);
    const double to_right = distance_to(t - 1, t, part.size());
    left += to_left;
    right -= to_right;
    between += to_right - to_left;
    if (t < minimum) continue;
    const double a = static_cast<double>(t);
    const double b = static_cast<double>(part.size() - t);
    const double within_left = t > 1 ? left / unordered_pairs(a) : 0;
    const double within_right = part.size() - t > 1 ? right / unordered_pairs(b) : 0;
    const double statistic = a * b / (a + b) * (2 * between / (a * b) - within_left - within_right);
    if (!best || statistic > best->statistic) best = {segment.first + t, statistic, false};
  }
  return best;
}

}  // namespace

Cusum cusum(std::span<const double> series) {
  require(series.size() >= 2, "a change in fewer than two values");
  require_series(series);
  const double mean =
      std::accumulate(series.begin(), series.end(), 0.0) / static_cast<double>(series.size());
  Cusum found{.path = {0.0}};
  for (const double value : series) found.path.push_back(found.path.back() + value - mean);
  const auto largest =
      std::max_element(found.path.begin() + 1, found.path.end() - 1,
                       [](double a, double b) { return std::abs(a) < std::abs(b); });
  found.index = static_cast<std::size_t>(largest - found.path.begin());
  found.max_abs = std::abs(*largest);
  const auto [low, high] = std::minmax_element(found.path.begin(), found.path.end());
  found.range = *high - *low;
  return found;
}

EnergySplits energy_change_points(std::span<const double> series, const EnergyPlan& plan) {
  require(plan.minimum_segment >= 1, "an empty segment");
  require(plan.max_change_points >= 0, "a negative count");
  require_series(series);
  const auto minimum = static_cast<std::size_t>(plan.minimum_segment);
  struct Candidate {
    Segment segment;
    std::optional<EnergyStep> split;
  };
  const auto candidate = [&](std::size_t first, std::size_t end) {
    return Candidate{{first, end}, best_split(series, {first, end}, minimum)};
  };

  std::vector<Candidate> candidates{candidate(0, series.size())};
  EnergySplits found;
  while (std::cmp_less(found.change_points.size(), plan.max_change_points)) {
    const auto best = std::max_element(
        candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
          return b.split && (!a.split || a.split->statistic < b.split->statistic);
        });
    if (!best->split) break;
    const EnergyStep split = *best->split;
    found.steps.push_back({split.index, split.statistic, split.statistic >= plan.threshold});
    if (!found.steps.back().kept) break;
    found.change_points.push_back(split.index);
    const Segment whole = best->segment;
    *best = candidate(whole.first, split.index);
    candidates.insert(best + 1, candidate(split.index, whole.end));
  }
  std::sort(found.change_points.begin(), found.change_points.end());
  return found;
}

}  // namespace yardstick
