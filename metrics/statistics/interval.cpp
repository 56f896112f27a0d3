#include "metrics/statistics/interval.h"

#include "metrics/statistics/preconditions.h"
#include "metrics/statistics/summary.h"

#include <boost/math/constants/constants.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/erf.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace yardstick {
namespace {

using detail::is_open_fraction;
using detail::require;
using detail::require_confidence;

std::vector<double> checked_copy(std::span<const double> values) {
  detail::require_values(values);
  return {values.begin(), values.end()};
}

double order_statistic(std::vector<double>& values, std::size_t index) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(index);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

// Probability of at most `successes` heads in `tosses` of a fair coin.
double fair_coin_cdf(std::size_t successes, std::size_t tosses) {
  return boost::math::ibeta(static_cast<double>(tosses - successes),
                            static_cast<double>(successes + 1), 0.5);
}

}  // namespace

double median(std::span<const double> values) {
  std::vector<double> copy = checked_copy(values);
  const std::size_t upper = copy.size() / 2;
  const double high = order_statistic(copy, upper);
  if (copy.size() % 2 == 1) return high;
  const double low =
      *std::max_element(copy.begin(), copy.begin() + static_cast<std::ptrdiff_t>(upper));
  return std::midpoint(low, high);
}

Interval median_interval(std::span<const double> values, double confidence) {
  require_confidence(confidence);
  std::vector<double> copy = checked_copy(values);
  const std::size_t n = copy.size();

  // Ranks skip + 1 and n - skip (from 1) miss the median with probability 2 P(B <= skip).
  std::size_t skip = 0;
  std::size_t end = (n - 1) / 2 + 1;
  while (end - skip > 1) {
    const std::size_t middle = std::midpoint(skip, end);
    if (2 * fair_coin_cdf(middle, n) <= 1 - confidence) {
      skip = middle;
    } else {
      end = middle;
    }
  }
  return {order_statistic(copy, skip), order_statistic(copy, n - 1 - skip)};
}

Interval wilson_interval(std::int64_t successes, std::int64_t trials, double confidence) {
  require(trials >= 1, "a proportion of no trials");
  require(successes >= 0 && successes <= trials, "more successes than trials");
  require_confidence(confidence);
  const double z = normal_quantile(0.5 + confidence / 2);
  const double n = static_cast<double>(trials);
  const double p = static_cast<double>(successes) / n;
  const double scale = 1 / (1 + z * z / n);
  const double centre = scale * (p + z * z / (2 * n));
  const double half = scale * z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  // The formula gives exactly 0 and 1 here, rounding does not.
  return {successes == 0 ? 0.0 : std::max(0.0, centre - half),
          successes == trials ? 1.0 : std::min(1.0, centre + half)};
}

Interval normal_interval(double estimate, double standard_error, double confidence) {
  require(standard_error >= 0, "a negative standard error");
  require_confidence(confidence);
  const double half = normal_quantile(0.5 + confidence / 2) * standard_error;
  return {estimate - half, estimate + half};
}

Interval prediction_interval(std::span<const double> values, double confidence) {
  require_confidence(confidence);
  std::vector<double> scaled = checked_copy(values);
  require(scaled.size() >= 2, "a prediction from a single value");
  const bool is_positive =
      std::all_of(scaled.begin(), scaled.end(), [](double v) { return v > 0; });
  if (is_positive) {
    for (double& value : scaled) value = std::log(value);
  }
  const Summary sample = summarise(scaled);
  const auto n = static_cast<double>(sample.count);
  const double t = boost::math::quantile(boost::math::students_t(n - 1), 0.5 + confidence / 2);
  const double half = t * sample.standard_deviation * std::sqrt(1 + 1 / n);
  const Interval interval{sample.mean - half, sample.mean + half};
  return is_positive ? Interval{std::exp(interval.low), std::exp(interval.high)} : interval;
}

double quantile(std::span<const double> values, double q) {
  require(q >= 0 && q <= 1, "quantile outside [0, 1]");
  std::vector<double> copy = checked_copy(values);
  const double position = q * static_cast<double>(copy.size() - 1);
  const auto lower = static_cast<std::size_t>(position);
  const double low = order_statistic(copy, lower);
  const double fraction = position - static_cast<double>(lower);
  if (fraction == 0) return low;
  const double high =
      *std::min_element(copy.begin() + static_cast<std::ptrdiff_t>(lower) + 1, copy.end());
  return low + fraction * (high - low);
}

std::int64_t samples_needed_for_quantile(double q, double confidence) {
  require(is_open_fraction(q), "quantile outside (0, 1)");
  require_confidence(confidence);
  // Fewer than two of n samples lie above the quantile with probability q^n + n (1 - q) q^(n - 1).
  const auto is_enough = [&](std::int64_t count) {
    const double n = static_cast<double>(count);
    return std::pow(q, n - 1) * (q + n * (1 - q)) <= 1 - confidence;
  };
  std::int64_t enough = 2;
  while (!is_enough(enough)) enough *= 2;
  std::int64_t too_few = 1;
  while (enough - too_few > 1) {
    const std::int64_t middle = std::midpoint(too_few, enough);
    (is_enough(middle) ? enough : too_few) = middle;
  }
  return enough;
}

double normal_quantile(double p) {
  require(is_open_fraction(p), "probability outside (0, 1)");
  return -boost::math::constants::root_two<double>() * boost::math::erfc_inv(2 * p);
}

}  // namespace yardstick
