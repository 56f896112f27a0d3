#pragma once

#include "cli/context.h"
#include "cli/interleaved_run.h"
#include "cli/reproduce_plan.h"
#include "runners/comparison/comparison.h"

#include <yardstick/run.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace yardstick::cli {

// What became of one measurement.
struct WorkResult {
  std::string why_not = {};  // not run, or failed: one line; "" where it ended well
  bool has_failed = false;
  // Of a count or a scoring; of a timing and a memory pass the last process of `measure`.
  std::optional<RunRecord> record = {};
  SideRuns measure = {};  // of a timing
  SideRuns against = {};
  std::optional<SpeedPair> speed = {};  // of a timing with two sides
  double measure_bytes = 0;             // that an item more takes
  double against_bytes = 0;
  std::vector<std::string> run_ids = {};

  bool is_ok() const { return why_not.empty(); }
};

struct ReproduceRuns {
  std::vector<WorkResult> results;  // as the plan's works
  double duration_s = 0;
  bool was_stopped = false;
};

// Counts everything, then measures as far as the budget goes: the shortest first, each paper in
// turn. Hands each record to `keep` at once; its provenance names the rows under "claims". What
// goes wrong in one measurement is its result, and the others are made.
ReproduceRuns run_reproduction(const ReproducePlan& plan, const ReproduceOptions& options,
                               Context& context, const std::function<void(const RunRecord&)>& keep);

}  // namespace yardstick::cli
