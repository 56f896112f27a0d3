#include "metrics/statistics/summary.h"

#include "metrics/statistics/interval.h"
#include "metrics/statistics/preconditions.h"

#include <boost/math/special_functions/beta.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace yardstick {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double sample_variance(std::span<const double> values, double mean) {
  if (values.size() < 2) return kUndefined;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return squares / static_cast<double>(values.size() - 1);
}

double geometric_mean(std::span<const double> values) {
  double logs = 0;
  for (const double value : values) {
    if (value <= 0) return kUndefined;
    logs += std::log(value);
  }
  return std::exp(logs / static_cast<double>(values.size()));
}

}  // namespace

Summary summarise(std::span<const double> values) {
  detail::require_values(values);
  Summary summary{.count = static_cast<std::int64_t>(values.size()), .mean = mean_of(values)};
  summary.median = median(values);
  summary.standard_deviation = std::sqrt(sample_variance(values, summary.mean));
  const auto [min, max] = std::minmax_element(values.begin(), values.end());
  summary.min = *min;
  summary.max = *max;
  summary.p05 = quantile(values, 0.05);
  summary.p95 = quantile(values, 0.95);
  summary.p99 = quantile(values, 0.99);
  summary.mad = median_absolute_deviation(values);
  summary.coefficient_of_variation =
      summary.mean == 0 ? kUndefined : summary.standard_deviation / summary.mean;
  summary.geometric_mean = geometric_mean(values);
  return summary;
}

double median_absolute_deviation(std::span<const double> values) {
  const double centre = median(values);
  std::vector<double> distances(values.size());
  std::transform(values.begin(), values.end(), distances.begin(),
                 [&](double value) { return std::abs(value - centre); });
  return median(distances);
}

std::optional<WelchTest> welch_test(std::span<const double> x, std::span<const double> y) {
  detail::require_values(x);
  detail::require_values(y);
  if (x.size() < 2 || y.size() < 2) return std::nullopt;
  const double mean_x = mean_of(x);
  const double mean_y = mean_of(y);
  const double n = static_cast<double>(x.size());
  const double m = static_cast<double>(y.size());
  const double error_x = sample_variance(x, mean_x) / n;  // squared
  const double error_y = sample_variance(y, mean_y) / m;
  const double error = error_x + error_y;
  if (error <= 0) return std::nullopt;

  WelchTest test{.t = (mean_x - mean_y) / std::sqrt(error)};
  test.degrees_of_freedom =
      error * error / (error_x * error_x / (n - 1) + error_y * error_y / (m - 1));
  // Both tails of Student's distribution at once.
  const double v = test.degrees_of_freedom;
  test.p_two_sided = boost::math::ibeta(v / 2, 0.5, v / (v + test.t * test.t));
  return test;
}

double kolmogorov_smirnov_statistic(std::span<const double> x, std::span<const double> y) {
  detail::require_values(x);
  detail::require_values(y);
  std::vector<double> sorted_x(x.begin(), x.end());
  std::vector<double> sorted_y(y.begin(), y.end());
  std::sort(sorted_x.begin(), sorted_x.end());
  std::sort(sorted_y.begin(), sorted_y.end());
  const auto share_up_to = [](const std::vector<double>& sorted, double value) {
    const auto above = std::upper_bound(sorted.begin(), sorted.end(), value) - sorted.begin();
    return static_cast<double>(above) / static_cast<double>(sorted.size());
  };
  double largest = 0;
  for (const std::vector<double>* sample : {&sorted_x, &sorted_y}) {
    for (const double value : *sample) {
      largest =
          std::max(largest, std::abs(share_up_to(sorted_x, value) - share_up_to(sorted_y, value)));
    }
  }
  return largest;
}

}  // namespace yardstick
