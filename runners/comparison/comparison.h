#pragma once

#include "metrics/statistics/interval.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yardstick {

enum class Verdict { kFaster, kSlower, kNotResolved };
std::string_view to_string(Verdict verdict);  // "faster", "slower", "not resolved"

// One side of a comparison. The process is the statistical unit: samples of one process share its
// memory layout and its neighbours, and say nothing of the next (measurement.md).
struct SideTimes {
  std::string name;
  std::vector<double> process_medians_s;  // median step time of each process
};

// How fast `side` is against `reference`.
struct SpeedPair {
  std::size_t reference = 0;  // indices of the sides
  std::size_t side = 0;
  double speed_ratio = 1;  // Hodges-Lehmann; above 1 where `side` is faster
  Interval interval;       // of the ratio, at confidence 1 - alpha
  double coverage = 0;     // what the interval has: less than asked where there are too few values
  double p = 1;            // exact Mann-Whitney, two-sided
  double adjusted_p = 1;   // by Holm over all pairs of the comparison
  Verdict verdict = Verdict::kNotResolved;
  // The smallest factor of time that this pair would have resolved with 80 % power at its noise;
  // infinite where none is ever resolved, absent below three processes together.
  std::optional<double> smallest_resolvable;
};

// Compares a side with a reference; `adjusted_p` is p. Both have at least one process.
SpeedPair compare_speed(const std::vector<SideTimes>& sides, std::size_t reference,
                        std::size_t side, double alpha);

struct SpeedComparison {
  std::vector<SpeedPair> pairs;      // every two sides, the first against the later ones first
  std::vector<std::string> letters;  // of each side: sides that share one are not told apart
};

// Every pair of sides that have processes, with p adjusted by Holm where there are several pairs.
// A side without processes gets no pair and no letter.
SpeedComparison compare_speeds(const std::vector<SideTimes>& sides, double alpha);

}  // namespace yardstick
