#pragma once

#include "cli/child_run.h"
#include "cli/context.h"
#include "runners/comparison/comparison.h"

#include <yardstick/run.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace yardstick::cli {

// One side as it is measured: a process, started again and again.
struct InterleavedSide {
  std::string name;  // stored under "comparison_side"
  ChildRun process;
};

// Sides whose processes are run in one random order.
struct InterleavedJob {
  std::vector<InterleavedSide> sides;
  std::int64_t processes = 9;  // of each side
  std::string tag;             // of the measurement compared: "time/inference/step"
  std::uint64_t seed = 0;      // of the order
  Provenance facts = {};       // further ones, of every record
  std::string progress = {};   // said before a side's name while it is measured
  bool is_quiet = false;
};

struct SideRuns {
  SideTimes times;
  std::vector<std::string> run_ids = {};   // of every process, in the order run
  std::vector<std::string> failures = {};  // reasons, one line each
  std::optional<RunRecord> last = {};      // of a run that ended well, without samples
  double duration_s = 0;                   // of all processes together
};

struct InterleavedRuns {
  std::string id;               // UUID; every run's provenance carries it under "comparison"
  std::vector<SideRuns> sides;  // as in the job
  bool was_stopped = false;
};

// Runs every process in interleaved order and hands each record to `keep` at once, so that nothing
// is lost when it ends early. A process that fails is one of its side's failures. Throws what a
// process reports as an Error where its ChildErrors say so.
InterleavedRuns run_interleaved(const InterleavedJob& job, Context& context,
                                const std::function<void(const RunRecord&)>& keep);

}  // namespace yardstick::cli
