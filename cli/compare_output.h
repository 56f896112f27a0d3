#pragma once

#include "cli/compare_run.h"
#include "runners/comparison/comparison.h"
#include "runners/comparison/paired_outcomes.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace yardstick::cli {

// Two sides whose stored outcomes are of the same samples.
struct AccuracyPair {
  std::size_t reference = 0;
  std::size_t side = 0;
  std::string reference_run;  // ids of the runs that the outcomes are of
  std::string side_run;
  PairedOutcomes outcomes;
};

// All that a comparison says, for text and JSON alike.
struct CompareReport {
  const CompareJob& job;
  const CompareRuns& runs;
  std::string profile;
  double alpha = 0.05;
  SpeedComparison speed;
  std::optional<SpeedPair> control;  // the first side against itself
  std::vector<AccuracyPair> accuracy;
};

std::string compare_text(const CompareReport& report);
std::string compare_json(const CompareReport& report);

}  // namespace yardstick::cli
