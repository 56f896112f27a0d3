#pragma once

#include "cli/context.h"
#include "cli/sweep_plan.h"

#include <yardstick/run.h>

#include <functional>
#include <string>
#include <vector>

namespace yardstick::cli {

// A sweep as it is run or, after an interruption, goes on.
struct SweepJob {
  std::string id;
  const Suite& suite;
  const std::vector<SweepCell>& cells;
  const std::vector<SweepStep>& steps;
  std::vector<std::string> flags;  // of every record of this session
  bool is_quiet = false;
};

// Runs the steps, each in a process of its own, and hands each record to `keep` at once. What goes
// wrong in a process is a failed record, and the sweep goes on. False where it was stopped.
bool run_sweep(const SweepJob& job, Context& context,
               const std::function<void(const RunRecord&)>& keep);

}  // namespace yardstick::cli
