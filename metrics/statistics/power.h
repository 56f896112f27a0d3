#pragma once

#include <cstdint>
#include <span>

namespace yardstick {

// What a comparison by the Mann-Whitney test could have resolved, said beside every "not resolved".

// The smallest shift, in standard deviations of one value, that the two-sided test of n and m
// values resolves at level `alpha` with probability `power`, where both sides are normal and differ
// by a shift. Infinite where no shift is ever resolved (3 + 3 at 5 %).
//
// Up to kLargestExactSample values the exact test is played on 4000 pairs of normal samples, drawn
// from a fixed seed: each pair has one shift from which on its test rejects, an order statistic of
// its differences, and the answer is their `power` quantile. Its own error is about 1 %. Above
// that, (z_(1 - alpha / 2) + z_power) sqrt((1 / n + 1 / m) pi / 3): the shift of the t test,
// widened by the efficiency 3 / pi of the rank test (Lehmann, Nonparametrics, 2.4). Heavier tails
// than the normal's make the rank test better than it says.
//
// std::logic_error unless n, m >= 1 and 0 < alpha < power < 1.
double smallest_detectable_shift(std::int64_t n, std::int64_t m, double alpha, double power = 0.8);

// The same as a factor of time above 1, for sides whose logarithms spread by `relative_spread` (not
// negative) in standard deviations: 1.03 says that 3 % slower, or faster by that factor, would have
// been seen.
double smallest_detectable_ratio(std::int64_t n, std::int64_t m, double alpha,
                                 double relative_spread, double power = 0.8);

// The standard deviation of log values within both samples together, n + m - 2 degrees of freedom.
// Values positive, at least one a side and three together, else std::logic_error.
double pooled_relative_spread(std::span<const double> x, std::span<const double> y);

}  // namespace yardstick
