#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace yardstick {

// The Mann-Whitney (Wilcoxon rank-sum) test that two independent samples x and y come from one
// distribution (Mann & Whitney 1947; ties and the normal approximation as in Lehmann,
// Nonparametrics, 1.2-1.5). Each sample has at least one value and none is NaN, else
// std::logic_error; infinite values are ranked like others.

// Up to this many values, x and y together, the exact distribution is used.
inline constexpr std::int64_t kLargestExactSample = 60;

// Probabilities, under equal distributions, of a U_x as extreme as the one observed.
struct TailProbabilities {
  double two_sided = 1;  // twice the smaller tail, at most 1
  double less = 1;       // of one as small: a small value says that x tends to be smaller
  double greater = 1;    // of one as large
};

enum class Continuity { kNone, kHalf };  // correction of the normal approximation

enum class MannWhitneyMethod {
  kExact,        // the distribution of U without ties
  kExactTies,    // all assignments of the observed mean ranks to x and y, equally likely
  kNormalHalf,   // normal approximation with tie and continuity correction
  kIndifferent,  // all values equal: p = 1
};

struct MannWhitney {
  double u_x = 0;  // pairs with x > y, a tied pair counts half
  double u_y = 0;
  bool has_ties = false;
  TailProbabilities p;
  MannWhitneyMethod method = MannWhitneyMethod::kExact;
};

// The test by the most exact method that fits the samples; `method` says which.
MannWhitney mann_whitney(std::span<const double> x, std::span<const double> y);

double mann_whitney_u(std::span<const double> x, std::span<const double> y);

// Exact tails, given the ties that were observed: 3 and 4 values have 35 assignments, all tested.
// At most kLargestExactSample values together.
TailProbabilities mann_whitney_exact(std::span<const double> x, std::span<const double> y);

// Tails of the normal approximation with tie correction; all equal to 1 where every value is equal.
TailProbabilities mann_whitney_normal(std::span<const double> x, std::span<const double> y,
                                      Continuity continuity);

// P(U = u), u from 0 to n m, of samples of n and m values without ties. n and m at least 1 and at
// most kLargestExactSample together.
std::vector<double> mann_whitney_distribution(std::int64_t n, std::int64_t m);

// The largest u that the exact two-sided test without ties resolves at level `alpha` in (0, 1):
// 2 P(U <= u) <= alpha. None where even complete separation does not suffice (3 + 3 at 5 %).
std::optional<std::int64_t> mann_whitney_critical_u(std::int64_t n, std::int64_t m, double alpha);

// Cliff's delta, P(x > y) - P(x < y) over all pairs: -1 where all of x lies below y (Cliff 1993).
double cliffs_delta(std::span<const double> x, std::span<const double> y);

}  // namespace yardstick
