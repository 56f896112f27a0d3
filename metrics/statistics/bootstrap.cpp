#include "metrics/statistics/bootstrap.h"

#include "metrics/statistics/preconditions.h"

#include <boost/math/constants/constants.hpp>
#include <boost/math/special_functions/erf.hpp>

#include <algorithm>
#include <cmath>

namespace yardstick {
namespace {

using detail::require;
using Units = std::vector<std::span<const double>>;  // what is drawn whole

Units units_of(std::span<const double> values) {
  detail::require_values(values);
  Units units;
  units.reserve(values.size());
  for (const double& value : values) units.emplace_back(&value, 1);
  return units;
}

Units units_of(std::span<const std::vector<double>> clusters) {
  require(!clusters.empty(), "statistics of no values");
  for (const std::vector<double>& cluster : clusters) detail::require_values(cluster);
  return {clusters.begin(), clusters.end()};
}

std::vector<double> replicates(const Units& units, const Statistic& statistic,
                               const BootstrapPlan& plan) {
  require(plan.resamples >= 1, "a bootstrap of no resamples");
  ResamplingGenerator generator(plan.seed);
  std::vector<double> found;
  found.reserve(static_cast<std::size_t>(plan.resamples));
  std::vector<double> sample;
  for (std::int64_t b = 0; b < plan.resamples; ++b) {
    sample.clear();
    for (std::size_t i = 0; i < units.size(); ++i) {
      const std::span<const double> unit = units[generator.index(units.size())];
      sample.insert(sample.end(), unit.begin(), unit.end());
    }
    found.push_back(statistic(sample));
  }
  return found;
}

std::vector<double> all_but(const Units& units, std::size_t left_out) {
  std::vector<double> sample;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (i != left_out) sample.insert(sample.end(), units[i].begin(), units[i].end());
  }
  return sample;
}

// Skewness of the statistic over samples that leave out one unit, over 6.
double acceleration(const Units& units, const Statistic& statistic) {
  std::vector<double> without(units.size());
  double mean = 0;
  for (std::size_t i = 0; i < units.size(); ++i) {
    without[i] = statistic(all_but(units, i));
    mean += without[i] / static_cast<double>(units.size());
  }
  double squares = 0;
  double cubes = 0;
  for (const double value : without) {
    squares += (mean - value) * (mean - value);
    cubes += (mean - value) * (mean - value) * (mean - value);
  }
  return squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : 0;
}

double normal_cdf(double z) {
  return boost::math::erfc(-z / boost::math::constants::root_two<double>()) / 2;
}

Interval bca(const Units& units, const Statistic& statistic, const BootstrapPlan& plan,
             double confidence) {
  detail::require_confidence(confidence);
  const std::vector<double> found = replicates(units, statistic, plan);
  const auto [smallest, largest] = std::minmax_element(found.begin(), found.end());
  if (units.size() == 1 || *smallest == *largest) return percentile_interval(found, confidence);

  const double estimate = statistic(all_but(units, units.size()));
  double below = 0;  // replicates on the estimate count half
  for (const double value : found) below += value < estimate ? 1 : value == estimate ? 0.5 : 0;
  const double count = static_cast<double>(found.size());
  // A bias beyond what the resamples can tell would move both ends to one extreme.
  const double bias = normal_quantile(std::clamp(below / count, 0.5 / count, 1 - 0.5 / count));
  const double skew = acceleration(units, statistic);
  const auto corrected = [&](double p) {
    const double z = bias + normal_quantile(p);
    return quantile(found, normal_cdf(bias + z / (1 - skew * z)));
  };
  return {corrected(0.5 - confidence / 2), corrected(0.5 + confidence / 2)};
}

}  // namespace

std::uint64_t ResamplingGenerator::next() {
  state_ = state_ * 6364136223846793005U + 1442695040888963407U;
  return state_ >> 33;
}

std::size_t ResamplingGenerator::index(std::size_t size) {
  require(size >= 1 && size <= (std::size_t{1} << 31), "an index below nothing or above 2^31");
  return static_cast<std::size_t>((next() * size) >> 31);
}

double ResamplingGenerator::uniform() { return (static_cast<double>(next()) + 0.5) * 0x1p-31; }

std::vector<double> bootstrap(std::span<const double> values, const Statistic& statistic,
                              const BootstrapPlan& plan) {
  return replicates(units_of(values), statistic, plan);
}

std::vector<double> bootstrap(std::span<const std::vector<double>> clusters,
                              const Statistic& statistic, const BootstrapPlan& plan) {
  return replicates(units_of(clusters), statistic, plan);
}

Interval percentile_interval(std::span<const double> replicates, double confidence) {
  detail::require_confidence(confidence);
  return {quantile(replicates, 0.5 - confidence / 2), quantile(replicates, 0.5 + confidence / 2)};
}

Interval bca_interval(std::span<const double> values, const Statistic& statistic,
                      const BootstrapPlan& plan, double confidence) {
  return bca(units_of(values), statistic, plan, confidence);
}

Interval bca_interval(std::span<const std::vector<double>> clusters, const Statistic& statistic,
                      const BootstrapPlan& plan, double confidence) {
  return bca(units_of(clusters), statistic, plan, confidence);
}

}  // namespace yardstick
