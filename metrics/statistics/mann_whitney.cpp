#include "metrics/statistics/mann_whitney.h"

#include "metrics/statistics/preconditions.h"
#include "metrics/statistics/ranks.h"

#include <boost/math/constants/constants.hpp>
#include <boost/math/special_functions/erf.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace yardstick {
namespace {

using detail::require;

// Values x, then y, ranked together.
struct Pooled {
  Pooled(std::span<const double> x, std::span<const double> y)
      : n(static_cast<std::int64_t>(x.size())), m(static_cast<std::int64_t>(y.size())) {
    detail::require_values(x);
    detail::require_values(y);
    std::vector<double> values(x.begin(), x.end());
    values.insert(values.end(), y.begin(), y.end());
    ranking = rank_values(values);
    doubled_u = std::accumulate(ranking.doubled.begin(), ranking.doubled.begin() + n, -n * (n + 1));
  }

  double u() const { return static_cast<double>(doubled_u) / 2; }
  double pairs() const { return static_cast<double>(n) * static_cast<double>(m); }
  bool is_exactly_tractable() const { return n + m <= kLargestExactSample; }
  bool is_indifferent() const {  // every value is equal
    return std::all_of(ranking.doubled.begin(), ranking.doubled.end(),
                       [&](std::int64_t rank) { return rank == n + m + 1; });
  }

  // Of U_x.
  double variance() const {
    const double total = static_cast<double>(n + m);
    return pairs() / 12 * (total + 1 - ranking.tie_term / (total * (total - 1)));
  }

  std::int64_t n;
  std::int64_t m;
  Ranking ranking;
  std::int64_t doubled_u;  // 2 U_x
};

TailProbabilities with_two_sided(double less, double greater) {
  return {
      .two_sided = std::min(1.0, 2 * std::min(less, greater)), .less = less, .greater = greater};
}

// P(2 U_x = i) over all assignments of the ranks. Only the smaller sample is drawn, for its speed.
std::vector<double> doubled_u_distribution(const Pooled& pooled) {
  const std::int64_t drawn = std::min(pooled.n, pooled.m);
  std::vector<std::int64_t> weights = pooled.ranking.doubled;
  for (std::int64_t& weight : weights) weight -= 2;
  std::vector<double> sums = draw_sum_distribution(weights, static_cast<std::size_t>(drawn));
  // The smallest sum that leaves U at 0; with ties it may not occur, nor may the largest.
  sums.erase(sums.begin(), sums.begin() + drawn * (drawn - 1));
  sums.resize(static_cast<std::size_t>(2 * pooled.n * pooled.m + 1));
  if (drawn != pooled.n) std::reverse(sums.begin(), sums.end());
  return sums;
}

TailProbabilities exact_tails(const Pooled& pooled) {
  const std::vector<double> distribution = doubled_u_distribution(pooled);
  const auto end = static_cast<std::int64_t>(distribution.size());
  return with_two_sided(probability_between(distribution, 0, pooled.doubled_u + 1),
                        probability_between(distribution, pooled.doubled_u, end));
}

double upper_normal_tail(double z) {
  return boost::math::erfc(z / boost::math::constants::root_two<double>()) / 2;
}

TailProbabilities normal_tails(const Pooled& pooled, Continuity continuity) {
  if (pooled.is_indifferent()) return {};
  const double correction = continuity == Continuity::kHalf ? 0.5 : 0.0;
  const double deviation = std::sqrt(pooled.variance());
  const double above = pooled.u() - pooled.pairs() / 2;
  return with_two_sided(upper_normal_tail((-above - correction) / deviation),
                        upper_normal_tail((above - correction) / deviation));
}

}  // namespace

MannWhitney mann_whitney(std::span<const double> x, std::span<const double> y) {
  const Pooled pooled(x, y);
  MannWhitney test;
  test.u_x = pooled.u();
  test.u_y = pooled.pairs() - pooled.u();
  test.has_ties = pooled.ranking.has_ties;
  if (pooled.is_indifferent()) {
    test.method = MannWhitneyMethod::kIndifferent;
  } else if (pooled.is_exactly_tractable()) {
    test.p = exact_tails(pooled);
    test.method = test.has_ties ? MannWhitneyMethod::kExactTies : MannWhitneyMethod::kExact;
  } else {
    test.p = normal_tails(pooled, Continuity::kHalf);
    test.method = MannWhitneyMethod::kNormalHalf;
  }
  return test;
}

double mann_whitney_u(std::span<const double> x, std::span<const double> y) {
  return Pooled(x, y).u();
}

TailProbabilities mann_whitney_exact(std::span<const double> x, std::span<const double> y) {
  const Pooled pooled(x, y);
  require(pooled.is_exactly_tractable(), "an exact test of more than kLargestExactSample values");
  return exact_tails(pooled);
}

TailProbabilities mann_whitney_normal(std::span<const double> x, std::span<const double> y,
                                      Continuity continuity) {
  return normal_tails(Pooled(x, y), continuity);
}

std::vector<double> mann_whitney_distribution(std::int64_t n, std::int64_t m) {
  require(n >= 1 && m >= 1, "statistics of no values");
  require(n + m <= kLargestExactSample, "an exact test of more than kLargestExactSample values");
  const std::int64_t drawn = std::min(n, m);
  std::vector<std::int64_t> ranks(static_cast<std::size_t>(n + m));
  std::iota(ranks.begin(), ranks.end(), std::int64_t{0});
  std::vector<double> sums = draw_sum_distribution(ranks, static_cast<std::size_t>(drawn));
  sums.erase(sums.begin(), sums.begin() + drawn * (drawn - 1) / 2);
  return sums;
}

std::optional<std::int64_t> mann_whitney_critical_u(std::int64_t n, std::int64_t m, double alpha) {
  require(detail::is_open_fraction(alpha), "a level outside (0, 1)");
  const std::vector<double> distribution = mann_whitney_distribution(n, m);
  // 1 - 0.9 is less than 0.1, yet 3 + 3 values do reach 90 %.
  const double allowed = alpha * (1 + 1e-9);
  std::int64_t u = 0;
  double tail = distribution[0];
  while (2 * tail <= allowed) tail += distribution[static_cast<std::size_t>(++u)];
  return u == 0 ? std::nullopt : std::optional(u - 1);
}

double cliffs_delta(std::span<const double> x, std::span<const double> y) {
  const Pooled pooled(x, y);
  return 2 * pooled.u() / pooled.pairs() - 1;
}

}  // namespace yardstick
