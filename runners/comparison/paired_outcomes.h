#pragma once

#include "metrics/statistics/mcnemar.h"

#include <yardstick/metric.h>

#include <cstdint>

namespace yardstick {

// Two models on the samples that both have judged, told apart by the samples' positions in the
// data.
struct PairedOutcomes {
  std::int64_t samples = 0;         // judged by both
  std::int64_t unpaired = 0;        // judged by one of them
  std::int64_t both = 0;            // right by both
  std::int64_t only_reference = 0;  // right by the reference alone
  std::int64_t only_side = 0;
  double p = 1;                 // exact McNemar, two-sided
  PairedDifference difference;  // accuracy of the side less that of the reference
};

// Top-1. Throws Data where a sample has another target on one side: the data is not the same.
PairedOutcomes pair_outcomes(const Outcomes& reference, const Outcomes& side,
                             double confidence = 0.95);

}  // namespace yardstick
