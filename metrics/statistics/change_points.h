#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace yardstick {

// Where a series changes. A change point i says that a new regime starts at sample i, from 0.
// Values finite, else std::logic_error.

struct Cusum {
  std::vector<double> path;  // S_0 = 0 to S_n: sums of the first k deviations from the mean
  std::size_t index = 0;     // the first k in 1 to n - 1 with the largest |S_k|
  double max_abs = 0;        // |S_index|
  double range = 0;          // largest S less smallest S
};

// Cumulative sums (Page 1954). It always names an index, in noise too; something else must say
// whether there is a change. At least two values.
Cusum cusum(std::span<const double> series);

struct EnergyPlan {
  std::int64_t minimum_segment = 5;  // at least 1
  double threshold = 15;             // of the statistic
  std::int64_t max_change_points = 5;
};

struct EnergyStep {
  std::size_t index = 0;
  double statistic = 0;
  bool kept = false;
};

struct EnergySplits {
  std::vector<EnergyStep> steps;           // as they were tried, one refused one last
  std::vector<std::size_t> change_points;  // ascending
};

// E-divisive with exponent 1 (Matteson & James 2014) and a fixed threshold in place of their
// permutation test, so that it is deterministic: the segment whose best split has the highest
// Q = tm / (t + m) (2 mean|a - b| - mean|a - a'| - mean|b - b'|) is cut there, while Q reaches the
// threshold. Ties go to the first index. Time grows as n^2 a cut.
EnergySplits energy_change_points(std::span<const double> series, const EnergyPlan& plan = {});

}  // namespace yardstick
