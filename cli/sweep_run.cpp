#include "cli/sweep_run.h"

#include "cli/child_run.h"
#include "cli/progress.h"
#include "results/reporters.h"
#include "runners/provenance.h"
#include "runners/record_notes.h"

#include <yardstick/error.h>

#include <algorithm>
#include <chrono>

namespace yardstick::cli {
namespace {

// Of records that another build than the sweep's earlier ones has measured.
constexpr char kMixedBinaries[] = "sweep_mixed_binaries";

// A line a process: what became of it, how many are done, and how long the others may take.
class SweepProgress {
 public:
  SweepProgress(const SweepJob& job, Context& context)
      : printer_(context.err(), ProgressPrinter::style(job.is_quiet)), total_(job.steps.size()) {}

  void begin(const std::string& label) {
    Progress progress;
    progress.stage = label;
    progress.done = static_cast<std::int64_t>(done_);
    progress.total = static_cast<std::int64_t>(total_);
    printer_.update(progress);
  }

  void end(const std::string& label, const std::string& outcome) {
    ++done_;
    const double elapsed_s = std::chrono::duration<double>(Clock::now() - start_).count();
    const double left_s =
        elapsed_s / static_cast<double>(done_) * static_cast<double>(total_ - done_);
    printer_.milestone(concat("[", done_, "/", total_, "] ", label, ": ", outcome,
                              done_ < total_ ? ", ETA " + clock_text(left_s) : ""));
  }

  ProgressPrinter& printer() { return printer_; }

 private:
  using Clock = std::chrono::steady_clock;

  ProgressPrinter printer_;
  std::size_t total_;
  std::size_t done_ = 0;
  Clock::time_point start_ = Clock::now();
};

// Flags of the records to come. A sweep of two builds is worth knowing of, not refusing: the older
// part may have taken a night.
std::vector<std::string> check_binary(const std::vector<SweepRun>& runs, Context& context) {
  if (runs.empty()) return {};  // hashing this program takes a moment
  Provenance host;
  describe_host(host);
  const std::string& own = host["binary_sha256"];
  const auto is_other = [&own](const SweepRun& run) {
    return !run.binary_sha256.empty() && run.binary_sha256 != own;
  };
  const auto others = std::count_if(runs.begin(), runs.end(), is_other);
  if (others == 0) return {};
  context.err() << "yardstick: " << others << " of the sweep's runs are another build's; those to "
                << "come are flagged " << kMixedBinaries << "\n";
  return {kMixedBinaries};
}

std::string outcome_text(const RunRecord& record, const std::string& tag) {
  if (record.status != RunStatus::kOk) {
    return concat(to_string(record.status), record.reason.empty() ? "" : ": " + record.reason);
  }
  const Measurement* step = measurement_of(record, tag);
  return step == nullptr ? std::string(to_string(record.status))
                         : format_value(step->value, step->unit);
}

}  // namespace

bool run_sweep(const SweepJob& job, Context& context,
               const std::function<void(const RunRecord&)>& keep) {
  SweepProgress progress(job, context);
  for (const SweepStep& step : job.steps) {
    if (context.is_stopping()) return false;
    const SweepCell& cell = job.cells[step.cell];
    progress.begin(cell.cell.label);
    std::string outcome;
    run_in_child({.words = cell.process.words,
                  .limits = cell.process.limits,
                  .blank = cell.process.blank(),
                  .errors = ChildErrors::kRecorded},
                 progress.printer(), context, [&](RunRecord record) {
                   record.provenance[kSweepKey] = job.id;
                   record.provenance[kSweepSuiteKey] = job.suite.name;
                   record.provenance[kSweepCellKey] = cell.process.key;
                   record.provenance[kSweepRepeatKey] = std::to_string(step.repeat);
                   record.flags.insert(record.flags.end(), job.flags.begin(), job.flags.end());
                   keep(record);
                   outcome = outcome_text(record, cell.process.tag);
                 });
    progress.end(cell.cell.label, outcome);
  }
  return !context.is_stopping();
}

bool has_run_of(const std::vector<SweepCell>& cells, const std::vector<SweepRun>& runs) {
  return std::any_of(runs.begin(), runs.end(), [&](const SweepRun& run) {
    return std::any_of(cells.begin(), cells.end(),
                       [&](const SweepCell& cell) { return cell.process.key == run.cell; });
  });
}

SweepSession continue_sweep(const SweepPlan& plan, ResultStore& store, Context& context) {
  const auto steps =
      steps_to_run(plan.suite, plan.cells, SweepState(plan.earlier), plan.retries_failed);
  if (has_run_of(plan.cells, plan.earlier)) {
    const auto all = plan.cells.size() * static_cast<std::size_t>(plan.suite.processes);
    context.err() << "yardstick: sweep " << plan.id << " has " << all - steps.size() << " of "
                  << all << " processes already\n";
  }
  const SweepJob job{.id = plan.id,
                     .suite = plan.suite,
                     .cells = plan.cells,
                     .steps = steps,
                     .flags = check_binary(plan.earlier, context),
                     .is_quiet = plan.is_quiet};
  const bool is_done =
      run_sweep(job, context, [&store](const RunRecord& record) { store.append(record); });
  return {steps.size(), is_done};
}

}  // namespace yardstick::cli
