#pragma once

#include <cstdint>
#include <span>

namespace yardstick {

// Statistics behind every error bar. No value may be NaN, a confidence lies inside (0, 1); a call
// that breaks this or a precondition below throws std::logic_error.

struct Interval {
  double low = 0;
  double high = 0;
};

// Median of `values` (any order; at least one): the mean of the two middle ones for an even count.
double median(std::span<const double> values);

// Distribution-free interval of the median from order statistics: the narrowest symmetric pair of
// ranks whose binomial coverage is at least `confidence` (David & Nagaraja, Order Statistics, 7.1).
// Where there are too few values for that (under 6 at 95 %), the range of the values.
Interval median_interval(std::span<const double> values, double confidence = 0.95);

// Wilson's score interval of a proportion (Wilson 1927). `trials` at least 1.
Interval wilson_interval(std::int64_t successes, std::int64_t trials, double confidence = 0.95);

// estimate -+ z standard_error, of an estimate that is normal by the central limit theorem.
Interval normal_interval(double estimate, double standard_error, double confidence = 0.95);

// Where one further value of the same source falls with `confidence`: mean -+ t s sqrt(1 + 1 / n)
// of the logarithms, or of the values themselves where one is not positive (Hahn & Meeker,
// Statistical Intervals, 4.8; normal on that scale). At least two values.
Interval prediction_interval(std::span<const double> values, double confidence = 0.95);

// The q-quantile by linear interpolation between order statistics (Hyndman & Fan, type 7).
double quantile(std::span<const double> values, double q);

// Smallest number of samples from which the q-quantile may be reported: `confidence` that the
// quantile lies below the second largest value (measurement.md: 64 at 0.9, 6636 at 0.999).
std::int64_t samples_needed_for_quantile(double q, double confidence = 0.99);

// Quantile of the standard normal distribution, 0 < p < 1.
double normal_quantile(double p);

}  // namespace yardstick
