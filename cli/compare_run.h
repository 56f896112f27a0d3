#pragma once

#include "cli/bench_side.h"
#include "cli/context.h"
#include "cli/interleaved_run.h"
#include "runners/process/child_process.h"

#include <yardstick/run.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace yardstick::cli {

// How the processes of a comparison are run.
struct CompareJob {
  std::vector<BenchSide> sides;
  std::vector<std::string> common;  // words of every side
  std::int64_t batch = 1;
  std::int64_t processes = 9;  // of each side
  std::string protocol;        // of each process
  std::string tag;             // of the measurement compared: "time/inference/step"
  std::uint64_t seed = 0;      // of the order
  bool has_control = true;     // measures the first side once more, as a side of its own
  bool is_quiet = false;
  ChildLimits limits;
};

struct CompareRuns {
  std::string id;               // UUID; every run's provenance carries it under "comparison"
  std::vector<SideRuns> sides;  // as in the job
  std::optional<SideRuns> control;
  bool was_stopped = false;
};

// Runs every process in interleaved order (interleaved_run.h) and hands each record to `keep` at
// once. Throws what a process reports as an Error (a usage error, a broken image).
CompareRuns run_comparison(const CompareJob& job, Context& context,
                           const std::function<void(const RunRecord&)>& keep);

}  // namespace yardstick::cli
