#pragma once

#include <cstdint>
#include <span>

namespace yardstick {

// The signed-rank test that paired differences are symmetric about 0 (Wilcoxon 1945; Lehmann,
// Nonparametrics, 3.2 and 4.2). At least one difference, none NaN, else std::logic_error.

// Up to this many differences that are not 0 there is an exact p.
inline constexpr std::int64_t kLargestExactPairs = 60;

struct SignedRank {
  double w_plus = 0;  // sum of the ranks of positive differences; zeros dropped, ties share ranks
  double w_minus = 0;
  double p_normal = 1;  // two-sided, tie-corrected normal approximation without continuity
  // Two-sided from all signs of the observed ranks; above kLargestExactPairs the same as p_normal.
  // Both are 1 where every difference is 0.
  double p = 1;
};

SignedRank signed_rank_test(std::span<const double> differences);

// Median of all (d_i + d_j) / 2, i <= j, zeros included: the Hodges-Lehmann estimate of a paired
// shift. Time and memory grow as the square.
double walsh_median(std::span<const double> differences);

}  // namespace yardstick
