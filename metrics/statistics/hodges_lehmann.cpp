#include "metrics/statistics/hodges_lehmann.h"

#include "metrics/statistics/mann_whitney.h"
#include "metrics/statistics/preconditions.h"
#include "metrics/statistics/ranks.h"

#include <boost/math/constants/constants.hpp>
#include <boost/math/special_functions/erf.hpp>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace yardstick {
namespace {

void require_finite(std::span<const double> values) {
  detail::require_values(values);
  detail::require(
      std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); }),
      "differences of infinite values");
}

std::vector<double> logarithms(std::span<const double> values) {
  detail::require_positive(values);
  std::vector<double> logs(values.size());
  std::transform(values.begin(), values.end(), logs.begin(),
                 [](double value) { return std::log(value); });
  return logs;
}

// All y - x.
std::vector<double> differences(std::span<const double> x, std::span<const double> y) {
  require_finite(x);
  require_finite(y);
  std::vector<double> all;
  all.reserve(x.size() * y.size());
  for (const double from : x) {
    for (const double to : y) all.push_back(to - from);
  }
  return all;
}

Shift shift_of_rank(std::vector<double> differences, std::int64_t rank) {
  std::sort(differences.begin(), differences.end());
  const std::size_t outside = rank < 1 ? 0 : static_cast<std::size_t>(rank - 1);
  Shift shift;
  shift.estimate = median(differences);
  shift.rank = rank;
  shift.interval = {differences[outside], differences[differences.size() - 1 - outside]};
  return shift;
}

}  // namespace

Shift hodges_lehmann_shift(std::span<const double> x, std::span<const double> y,
                           double confidence) {
  detail::require_confidence(confidence);
  const auto n = static_cast<std::int64_t>(x.size());
  const auto m = static_cast<std::int64_t>(y.size());
  if (n + m > kLargestExactSample) return hodges_lehmann_shift_normal(x, y, confidence);

  std::vector<double> all = differences(x, y);
  const auto critical = mann_whitney_critical_u(n, m, 1 - confidence);
  const std::int64_t rank = critical ? *critical + 1 : 0;
  Shift shift = shift_of_rank(std::move(all), rank);
  const std::int64_t missed = std::max<std::int64_t>(rank, 1);
  shift.coverage = 1 - 2 * probability_between(mann_whitney_distribution(n, m), 0, missed);
  shift.coverage = std::max(0.0, shift.coverage);
  shift.reaches_confidence = rank >= 1;
  return shift;
}

Shift hodges_lehmann_shift_normal(std::span<const double> x, std::span<const double> y,
                                  double confidence) {
  detail::require_confidence(confidence);
  std::vector<double> all = differences(x, y);
  const double pairs = static_cast<double>(all.size());
  const double deviation = std::sqrt(pairs * static_cast<double>(x.size() + y.size() + 1) / 12);
  const double z = normal_quantile(0.5 + confidence / 2);
  const auto rank =
      std::max<std::int64_t>(0, static_cast<std::int64_t>(std::floor(pairs / 2 - z * deviation)));
  Shift shift = shift_of_rank(std::move(all), rank);
  const double reach = pairs / 2 - static_cast<double>(rank);
  shift.coverage = boost::math::erf(reach / deviation / boost::math::constants::root_two<double>());
  shift.reaches_confidence = rank >= 1;
  return shift;
}

Shift hodges_lehmann_ratio(std::span<const double> x, std::span<const double> y,
                           double confidence) {
  Shift shift = hodges_lehmann_shift(logarithms(x), logarithms(y), confidence);
  shift.estimate = std::exp(shift.estimate);
  shift.interval = {std::exp(shift.interval.low), std::exp(shift.interval.high)};
  return shift;
}

}  // namespace yardstick
