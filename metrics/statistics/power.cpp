#include "metrics/statistics/power.h"

#include "metrics/statistics/bootstrap.h"
#include "metrics/statistics/interval.h"
#include "metrics/statistics/mann_whitney.h"
#include "metrics/statistics/preconditions.h"

#include <boost/math/constants/constants.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace yardstick {
namespace {

using detail::require;

constexpr int kPlayedTests = 4000;
constexpr std::uint64_t kPlayedSeed = 20240607;

std::vector<double> normal_values(ResamplingGenerator& generator, std::int64_t count) {
  std::vector<double> values(static_cast<std::size_t>(count));
  for (double& value : values) value = normal_quantile(generator.uniform());
  return values;
}

// The test of x and y + shift rejects once no more than `critical_u` pairs have x above y + shift.
double played_shift(std::int64_t n, std::int64_t m, std::int64_t critical_u, double power) {
  ResamplingGenerator generator(kPlayedSeed);
  std::vector<double> shifts;
  std::vector<double> differences;
  for (int test = 0; test < kPlayedTests; ++test) {
    const std::vector<double> x = normal_values(generator, n);
    const std::vector<double> y = normal_values(generator, m);
    differences.clear();
    for (const double from : x) {
      for (const double to : y) differences.push_back(from - to);
    }
    const auto at = differences.begin() + critical_u;
    std::nth_element(differences.begin(), at, differences.end(), std::greater<>());
    shifts.push_back(*at);
  }
  return std::max(0.0, quantile(shifts, power));
}

double squared_deviations_of_logs(std::span<const double> values) {
  detail::require_positive(values);
  double sum = 0;
  for (const double value : values) sum += std::log(value);
  const double mean = sum / static_cast<double>(values.size());
  double squares = 0;
  for (const double value : values) squares += std::pow(std::log(value) - mean, 2);
  return squares;
}

}  // namespace

double smallest_detectable_shift(std::int64_t n, std::int64_t m, double alpha, double power) {
  require(n >= 1 && m >= 1, "statistics of no values");
  require(detail::is_open_fraction(alpha), "a level outside (0, 1)");
  require(power > alpha && power < 1, "a power outside (level, 1)");
  if (n + m <= kLargestExactSample) {
    const auto critical = mann_whitney_critical_u(n, m, alpha);
    return critical ? played_shift(n, m, *critical, power)
                    : std::numeric_limits<double>::infinity();
  }
  const double pairs = 1 / static_cast<double>(n) + 1 / static_cast<double>(m);
  return (normal_quantile(1 - alpha / 2) + normal_quantile(power)) *
         std::sqrt(pairs * boost::math::constants::pi<double>() / 3);
}

double smallest_detectable_ratio(std::int64_t n, std::int64_t m, double alpha,
                                 double relative_spread, double power) {
  require(relative_spread >= 0, "a negative spread");
  const double shift = smallest_detectable_shift(n, m, alpha, power);
  // No spread at all does not help a test that rejects nothing.
  return std::isinf(shift) ? shift : std::exp(shift * relative_spread);
}

double pooled_relative_spread(std::span<const double> x, std::span<const double> y) {
  const double squares = squared_deviations_of_logs(x) + squared_deviations_of_logs(y);
  require(x.size() + y.size() >= 3, "a spread of fewer than three values");
  return std::sqrt(squares / static_cast<double>(x.size() + y.size() - 2));
}

}  // namespace yardstick
