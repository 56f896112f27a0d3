#pragma once

#include "cli/context.h"
#include "cli/sweep_plan.h"
#include "results/result_store.h"

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

// Whether the sweep's runs include one of these cells.
bool has_run_of(const std::vector<SweepCell>& cells, const std::vector<SweepRun>& runs);

// A sweep to begin, or to go on with.
struct SweepPlan {
  std::string id;
  const Suite& suite;
  const std::vector<SweepCell>& cells;
  const std::vector<SweepRun>& earlier;  // what the database has of it
  bool retries_failed = false;
  bool is_quiet = false;
};
struct SweepSession {
  std::size_t runs_now = 0;
  bool is_done = false;  // false where it was stopped
};

// Measures what `earlier` leaves to be measured. Says on stderr how much is there already, and
// where runs of another build are, which the flag sweep_mixed_binaries then tells apart.
SweepSession continue_sweep(const SweepPlan& plan, ResultStore& store, Context& context);

}  // namespace yardstick::cli
