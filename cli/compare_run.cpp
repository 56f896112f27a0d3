#include "cli/compare_run.h"

#include "runners/job.h"

#include <utility>

namespace yardstick::cli {
namespace {

InterleavedSide measured(const CompareJob& job, const BenchSide& side, std::string name,
                         const Context& context) {
  RunRecord blank = blank_record(RunKind::kBench);
  blank.model = side.words.front();
  blank.batch_size = job.batch;
  return {std::move(name),
          {.words = bench_words(side, job.common, job.batch, job.protocol, context),
           .limits = job.limits,
           .blank = std::move(blank)}};
}

}  // namespace

CompareRuns run_comparison(const CompareJob& job, Context& context,
                           const std::function<void(const RunRecord&)>& keep) {
  InterleavedJob processes{.sides = {},
                           .processes = job.processes,
                           .tag = job.tag,
                           .seed = job.seed,
                           .is_quiet = job.is_quiet};
  for (const BenchSide& side : job.sides) {
    processes.sides.push_back(measured(job, side, side.name, context));
  }
  if (job.has_control) {
    processes.sides.push_back(measured(job, job.sides.front(), "control", context));
  }

  InterleavedRuns done = run_interleaved(processes, context, keep);
  CompareRuns runs{.id = std::move(done.id), .sides = std::move(done.sides), .control = {}};
  if (job.has_control) {
    runs.control = std::move(runs.sides.back());
    runs.sides.pop_back();
  }
  runs.was_stopped = done.was_stopped;
  return runs;
}

}  // namespace yardstick::cli
