#include "cli/interleaved_run.h"

#include "cli/progress.h"
#include "runners/comparison/comparison_plan.h"
#include "runners/job.h"
#include "runners/record_notes.h"

#include <yardstick/error.h>

namespace yardstick::cli {
namespace {

// One bar over all processes; what a single one does inside is too short to show.
class ProcessProgress {
 public:
  ProcessProgress(const InterleavedJob& job, std::size_t total, Context& context)
      : printer_(context.err(), ProgressPrinter::style(job.is_quiet)),
        prefix_(job.progress),
        total_(total) {}

  void begin(const std::string& side) {
    Progress progress;
    progress.stage = prefix_ + side;
    progress.done = static_cast<std::int64_t>(done_++);
    progress.total = static_cast<std::int64_t>(total_);
    printer_.update(progress);
  }
  ProgressPrinter& printer() { return printer_; }

 private:
  ProgressPrinter printer_;
  std::string prefix_;
  std::size_t total_;
  std::size_t done_ = 0;
};

void take(const RunRecord& record, const std::string& tag, SideRuns& side) {
  side.run_ids.push_back(record.id);
  side.duration_s += record.duration_s;
  const Measurement* step = measurement_of(record, tag);
  if (record.status != RunStatus::kOk) {
    side.failures.push_back(record.reason);
  } else if (step == nullptr || !(step->value > 0)) {
    side.failures.push_back(concat("measured no ", tag));
  } else {
    side.times.process_medians_s.push_back(step->value);
    side.last = record;
    side.last->samples.clear();
  }
}

}  // namespace

InterleavedRuns run_interleaved(const InterleavedJob& job, Context& context,
                                const std::function<void(const RunRecord&)>& keep) {
  InterleavedRuns runs;
  runs.id = make_uuid();
  for (const InterleavedSide& side : job.sides) runs.sides.push_back({.times = {side.name, {}}});

  const auto order = interleaved_order(job.sides.size(), job.processes, job.seed);
  ProcessProgress progress(job, order.size(), context);
  for (const std::size_t index : order) {
    if (context.is_stopping()) break;
    const InterleavedSide& side = job.sides[index];
    progress.begin(side.name);
    run_in_child(side.process, progress.printer(), context, [&](RunRecord record) {
      record.provenance.insert(job.facts.begin(), job.facts.end());
      record.provenance["comparison"] = runs.id;
      record.provenance["comparison_side"] = side.name;
      keep(record);
      take(record, job.tag, runs.sides[index]);
    });
  }
  runs.was_stopped = context.is_stopping();
  return runs;
}

}  // namespace yardstick::cli
