#pragma once

#include "metrics/statistics/interval.h"

#include <cstdint>
#include <span>

namespace yardstick {

// How far y lies from x: the Hodges-Lehmann estimator and the interval that belongs to the
// Mann-Whitney test (Hodges & Lehmann 1963; Lehmann, Nonparametrics, 2.5 and 2.6). It assumes that
// y is x moved (or multiplied) by one amount, and no shape of distribution.
//
// With the sorted differences d_1 .. d_nm the interval is [d_k, d_(nm-k+1)]. Without ties it
// excludes "no change" exactly where the two-sided test rejects at level 1 - confidence; with ties
// it covers at least as often. Time and memory grow as n m.

struct Shift {
  double estimate = 0;  // median of all pairs
  Interval interval;
  std::int64_t rank = 0;  // k; 0 is the whole range too, of samples too small for the confidence
  double coverage = 0;    // the share of samples whose interval holds the truth, without ties
  bool reaches_confidence = false;
};

// Median of all y - x, with its interval from the exact distribution of U up to
// kLargestExactSample values together, above that as hodges_lehmann_shift_normal. Samples too small
// (3 + 3 at 95 %) get the whole range and the coverage that it has (90 %). At least one value a
// side, none NaN or infinite, else std::logic_error.
Shift hodges_lehmann_shift(std::span<const double> x, std::span<const double> y,
                           double confidence = 0.95);

// k = floor(nm / 2 - z sqrt(nm (n + m + 1) / 12)), the whole range where that is under 1.
// `coverage` is that of the normal approximation.
Shift hodges_lehmann_shift_normal(std::span<const double> x, std::span<const double> y,
                                  double confidence = 0.95);

// The factor from x to y: the shift of logarithms, raised again. For times, 1.05 says that y takes
// 5 % longer. Every value positive and finite, else std::logic_error.
Shift hodges_lehmann_ratio(std::span<const double> x, std::span<const double> y,
                           double confidence = 0.95);

}  // namespace yardstick
