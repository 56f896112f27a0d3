#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace yardstick {

// Descriptions of one sample, and the tests between two that ranks do not cover. Each sample has at
// least one value and none is NaN, else std::logic_error.

// NaN where undefined: spreads of a single value, a ratio to a mean of 0, the geometric mean of
// values that are not all positive.
struct Summary {
  std::int64_t count = 0;
  double mean = 0;
  double median = 0;
  double standard_deviation = 0;  // of the sample, n - 1
  double min = 0;
  double max = 0;
  double p05 = 0;  // percentiles by linear interpolation, as quantile()
  double p95 = 0;
  double p99 = 0;
  double mad = 0;                       // median_absolute_deviation()
  double coefficient_of_variation = 0;  // standard deviation / mean
  double geometric_mean = 0;
};

Summary summarise(std::span<const double> values);

// Median distance from the median, unscaled: times 1.4826 it estimates a normal deviation.
double median_absolute_deviation(std::span<const double> values);

struct WelchTest {
  double t = 0;  // positive where x has the larger mean
  double degrees_of_freedom = 0;
  double p_two_sided = 1;
};

// Welch's t test of unequal variances (Welch 1947). None where a sample has a single value or both
// have no spread.
std::optional<WelchTest> welch_test(std::span<const double> x, std::span<const double> y);

// Largest distance between the two empirical distributions (Smirnov 1939): 0 to 1.
double kolmogorov_smirnov_statistic(std::span<const double> x, std::span<const double> y);

}  // namespace yardstick
