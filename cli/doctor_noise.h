#pragma once

#include "cli/context.h"
#include "runners/comparison/comparison.h"

#include <cstdint>
#include <optional>
#include <string>

namespace yardstick::cli {

// How much this machine's speed wanders from process to process, found by comparing a small model
// with itself.
struct MachineNoise {
  std::string model;
  std::int64_t processes = 0;  // a side
  double seconds = 0;          // that the run took
  double spread = 0;           // between processes: standard deviation of log step times
  SpeedPair control;           // the model against itself, at 5 %
  // Smallest difference that is found with 80 % power, as a factor of time; none where no
  // difference is ever.
  std::optional<double> verdict;  // 9 + 9 processes at 5 %
  std::optional<double> nightly;  // 5 + 5 at 5 %
  std::optional<double> gate;     // 9 + 9 at the regression gate's level
};

// Takes up to about two minutes. Nothing is stored. Throws Environment where the model cannot be
// measured in child processes.
MachineNoise measure_machine_noise(bool is_quiet, Context& context);

}  // namespace yardstick::cli
