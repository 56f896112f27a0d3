#include "metrics/statistics/ranks.h"

#include "metrics/statistics/preconditions.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

namespace yardstick {
namespace {

using detail::require;

void require_weights(std::span<const std::int64_t> weights) {
  require(
      std::all_of(weights.begin(), weights.end(), [](std::int64_t weight) { return weight >= 0; }),
      "sums of negative weights");
}

}  // namespace

Ranking rank_values(std::span<const double> values) {
  detail::require_values(values);
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });

  Ranking ranking{.doubled = std::vector<std::int64_t>(values.size())};
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first + 1;
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    // Ranks first + 1 to end, whose mean is half of this.
    const auto doubled = static_cast<std::int64_t>(first + 1 + end);
    for (std::size_t i = first; i < end; ++i) ranking.doubled[order[i]] = doubled;
    const double tied = static_cast<double>(end - first);
    ranking.tie_term += tied * tied * tied - tied;
    ranking.has_ties |= end - first > 1;
    first = end;
  }
  return ranking;
}

std::vector<double> draw_sum_distribution(std::span<const std::int64_t> weights,
                                          std::size_t count) {
  require(count <= weights.size(), "more draws than weights");
  require_weights(weights);
  std::vector<std::int64_t> largest(weights.begin(), weights.end());
  std::sort(largest.begin(), largest.end(), std::greater<>());
  std::vector<std::size_t> reach(count + 1, 0);  // largest sum of k draws
  for (std::size_t k = 0; k < count; ++k)
    reach[k + 1] = reach[k] + static_cast<std::size_t>(largest[k]);

  // drawn[k][s]: a draw of k among the weights so far sums to s. The newest of i weights is in such
  // a draw with probability k / i.
  std::vector<std::vector<double>> drawn(count + 1);
  for (std::size_t k = 0; k <= count; ++k) drawn[k].assign(reach[k] + 1, 0.0);
  drawn[0][0] = 1;
  for (std::size_t i = 1; i <= weights.size(); ++i) {
    const auto weight = static_cast<std::size_t>(weights[i - 1]);
    for (std::size_t k = std::min(i, count); k >= 1; --k) {
      const double inside = static_cast<double>(k) / static_cast<double>(i);
      for (double& probability : drawn[k]) probability *= 1 - inside;
      for (std::size_t s = 0; s <= reach[k - 1] && s + weight <= reach[k]; ++s)
        drawn[k][s + weight] += inside * drawn[k - 1][s];
    }
  }
  return drawn[count];
}

std::vector<double> coin_sum_distribution(std::span<const std::int64_t> weights) {
  require_weights(weights);
  std::vector<double> sums{1.0};
  for (const std::int64_t weight : weights) {
    std::vector<double> next(sums.size() + static_cast<std::size_t>(weight), 0.0);
    for (std::size_t s = 0; s < sums.size(); ++s) {
      next[s] += sums[s] / 2;
      next[s + static_cast<std::size_t>(weight)] += sums[s] / 2;
    }
    sums = std::move(next);
  }
  return sums;
}

double probability_between(std::span<const double> distribution, std::int64_t first,
                           std::int64_t last) {
  const auto size = static_cast<std::int64_t>(distribution.size());
  double sum = 0;
  for (std::int64_t i = std::max<std::int64_t>(first, 0); i < std::min(last, size); ++i)
    sum += distribution[static_cast<std::size_t>(i)];
  return std::min(sum, 1.0);
}

}  // namespace yardstick
