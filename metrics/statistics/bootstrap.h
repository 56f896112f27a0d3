#pragma once

#include "metrics/statistics/interval.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace yardstick {

// Bootstrap intervals (Efron & Tibshirani, An Introduction to the Bootstrap, 1993). Resampling is
// the same on every machine: the draws come from a generator of our own.

// x <- 6364136223846793005 x + 1442695040888963407 (mod 2^64), Knuth's constants, of which the
// upper 31 bits are used.
class ResamplingGenerator {
 public:
  explicit ResamplingGenerator(std::uint64_t seed) : state_(seed) {}

  // An index below `size`, which is 1 to 2^31.
  std::size_t index(std::size_t size);

  // Inside (0, 1).
  double uniform();

 private:
  std::uint64_t next();

  std::uint64_t state_;
};

using Statistic = std::function<double(std::span<const double>)>;

struct BootstrapPlan {
  std::int64_t resamples = 2000;  // at least 1
  std::uint64_t seed = 1;
};

// `statistic` of each resample: as many of `values`, drawn with replacement. Values that belong
// together (the clips of one video) go into `clusters` and are drawn whole, as many clusters as
// there are; their resamples differ in length where clusters do. At least one value, no cluster
// empty, else std::logic_error.
std::vector<double> bootstrap(std::span<const double> values, const Statistic& statistic,
                              const BootstrapPlan& plan = {});
std::vector<double> bootstrap(std::span<const std::vector<double>> clusters,
                              const Statistic& statistic, const BootstrapPlan& plan = {});

// The middle `confidence` of replicates.
Interval percentile_interval(std::span<const double> replicates, double confidence = 0.95);

// Percentiles corrected for bias and for a spread that changes with the estimate (BCa, Efron 1987;
// the acceleration from the jackknife over values or clusters). A single value, or a statistic that
// no resample changes, gives the percentiles. A statistic that is not smooth, as a median, is
// better served by percentile_interval: its jackknife takes two values only.
Interval bca_interval(std::span<const double> values, const Statistic& statistic,
                      const BootstrapPlan& plan = {}, double confidence = 0.95);
Interval bca_interval(std::span<const std::vector<double>> clusters, const Statistic& statistic,
                      const BootstrapPlan& plan = {}, double confidence = 0.95);

}  // namespace yardstick
