#pragma once

#include "metrics/statistics/interval.h"

#include <cstdint>

namespace yardstick {

// Two models judged on the same samples. Only the samples that one of them alone gets right say
// which is better. Counts are not negative, else std::logic_error.

// Exact two-sided p of McNemar's test: under equal accuracy a discordant sample is a toss of a fair
// coin (McNemar 1947). 1 without discordant samples.
double mcnemar_exact_p(std::int64_t only_first, std::int64_t only_second);

// The same with half the probability of the observed outcome: closer to its level on average than
// the exact test, which is conservative, at the price of exceeding it slightly at times (Fagerland,
// Lydersen & Laake 2013).
double mcnemar_mid_p(std::int64_t only_first, std::int64_t only_second);

struct PairedDifference {
  double difference = 0;  // accuracy of the first less that of the second
  Interval interval;
};

// Difference of two accuracies on the same `samples` (at least one and at least the discordant
// ones), with Tango's score interval (Tango, Statistics in Medicine 17, 1998), which holds its
// coverage where few samples differ. It leaves out 0 exactly where McNemar's (b - c)^2 / (b + c)
// rejects.
PairedDifference paired_accuracy_difference(std::int64_t only_first, std::int64_t only_second,
                                            std::int64_t samples, double confidence = 0.95);

}  // namespace yardstick
