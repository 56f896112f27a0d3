#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace yardstick {

// Ranks of a sample, the base of the rank tests. Ranks are doubled, so that the mean ranks of ties
// stay whole numbers and sums of ranks are exact.

struct Ranking {
  std::vector<std::int64_t> doubled;  // of each value, in the order given: 2 (smallest) to 2 n
  double tie_term = 0;                // sum of t^3 - t over the groups of t equal values
  bool has_ties = false;
};

// Mean ranks of `values` (at least one, none NaN, else std::logic_error).
Ranking rank_values(std::span<const double> values);

// Distribution of the sum of `count` of the `weights` (none negative), drawn without replacement
// and all draws equally likely: element s is the probability of the sum s, the last one that of the
// largest sum. Probabilities are only ever added and scaled, so that small ones keep their digits.
// Takes time weights x count x largest sum. std::logic_error where count exceeds the weights.
std::vector<double> draw_sum_distribution(std::span<const std::int64_t> weights, std::size_t count);

// Distribution of the sum of those `weights` (none negative) whose fair coin shows heads.
std::vector<double> coin_sum_distribution(std::span<const std::int64_t> weights);

// Sum of elements [first, last) of a distribution; the range is cut to what there is.
double probability_between(std::span<const double> distribution, std::int64_t first,
                           std::int64_t last);

}  // namespace yardstick
