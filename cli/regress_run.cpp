#include "cli/regress_run.h"

#include "cli/exit_code.h"
#include "runners/job.h"

#include <yardstick/error.h>

#include <algorithm>
#include <utility>

namespace yardstick::cli {
namespace {

class GateRunner {
 public:
  GateRunner(const GateJob& job, Context& context,
             const std::function<void(const RunRecord&)>& keep, const std::string& id)
      : job_(job), context_(context), keep_(keep), id_(id) {
    for (const SuiteCell& cell : job.suite.cells) {
      cells_.push_back(cell_process(job.suite, cell, context));
    }
  }

  const std::string& tag(std::size_t index) const { return cells_[index].tag; }

  // The processes of one cell; the cell's place in the suite seeds their order.
  StageRuns measure(std::size_t index, const GateRules& rules, const std::string& stage) const {
    const std::size_t orders = stage == "first" ? index : job_.suite.cells.size() + index;
    return measure_stage(cells_[index], job_.baseline, job_.candidate,
                         {.label = job_.suite.cells[index].label,
                          .processes = rules.processes,
                          .seed = job_.seed + orders,
                          .facts = {{"gate", id_}, {"gate_stage", stage}},
                          .is_quiet = job_.is_quiet},
                         context_, keep_);
  }

 private:
  const GateJob& job_;
  Context& context_;
  const std::function<void(const RunRecord&)>& keep_;
  const std::string& id_;
  std::vector<CellProcess> cells_;
};

void judge_first(std::vector<GateCell>& cells, const GateRules& rules) {
  std::vector<CellTimes> times;
  for (const GateCell& cell : cells) times.push_back(times_of(cell.first));
  const auto judgements = judge_cells(times, rules);
  for (std::size_t i = 0; i < cells.size(); ++i) cells[i].first.judgement = judgements[i];
}

void judge_confirmations(std::vector<GateCell>& cells, const GateRules& rules) {
  std::vector<CellTimes> times;
  for (const GateCell& cell : cells) {
    times.push_back(cell.confirmation ? times_of(*cell.confirmation) : CellTimes{});
  }
  const auto judgements = judge_cells(times, rules);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].confirmation) cells[i].confirmation->judgement = judgements[i];
  }
}

}  // namespace

ChildRun gate_process(const GateSide& side, const CellProcess& cell) {
  return {.words = cell.words,
          .executable = side.binary.executable,
          .environment = side.environment,
          .limits = cell.limits,
          .blank = cell.blank(),
          .errors = ChildErrors::kRecorded};
}

StageRuns measure_stage(const CellProcess& cell, const GateSide& baseline,
                        const GateSide& candidate, const StagePlan& plan, Context& context,
                        const std::function<void(const RunRecord&)>& keep) {
  const InterleavedJob processes{.sides = {{"baseline", gate_process(baseline, cell)},
                                           {"candidate", gate_process(candidate, cell)},
                                           {"control", gate_process(baseline, cell)}},
                                 .processes = plan.processes,
                                 .tag = cell.tag,
                                 .seed = plan.seed,
                                 .facts = plan.facts,
                                 .progress = concat(plan.label, ": "),
                                 .is_quiet = plan.is_quiet};
  return {run_interleaved(processes, context, keep), {}};
}

CellTimes times_of(const StageRuns& stage) {
  return {stage.baseline().times.process_medians_s, stage.candidate().times.process_medians_s,
          stage.control().times.process_medians_s};
}

bool GateCell::has_failed_candidate() const {
  return !first.candidate().failures.empty() ||
         (confirmation && !confirmation->candidate().failures.empty());
}

int GateReport::count(GateAnswer answer) const {
  return static_cast<int>(std::count_if(cells.begin(), cells.end(), [&](const GateCell& cell) {
    return cell.verdict.answer == answer;
  }));
}

int GateReport::exit_code() const {
  const bool has_failure = std::any_of(
      cells.begin(), cells.end(), [](const GateCell& cell) { return cell.has_failed_candidate(); });
  if (count(GateAnswer::kRegression) > 0 || has_failure || was_stopped) return kSomeFailed;
  return count(GateAnswer::kNotResolved) > 0 ? kUnresolved : kOk;
}

GateReport run_gate(const GateJob& job, Context& context,
                    const std::function<void(const RunRecord&)>& keep) {
  GateReport report{.id = make_uuid(), .cells = {}};
  const GateRunner runner(job, context, keep, report.id);
  for (std::size_t i = 0; i < job.suite.cells.size(); ++i) {
    GateCell& cell = report.cells.emplace_back();
    cell.label = job.suite.cells[i].label;
    cell.batch = job.suite.cells[i].batch;
    cell.tag = runner.tag(i);
    cell.first = runner.measure(i, job.profile.first, "first");
  }
  judge_first(report.cells, job.profile.first);

  for (std::size_t i = 0; i < report.cells.size(); ++i) {
    GateCell& cell = report.cells[i];
    if (!cell.first.judgement.has_alarm || context.is_stopping()) continue;
    cell.confirmation = runner.measure(i, job.profile.confirmation, "confirmation");
  }
  judge_confirmations(report.cells, job.profile.confirmation);

  for (GateCell& cell : report.cells) {
    cell.verdict =
        settle(cell.first.judgement, cell.confirmation ? &cell.confirmation->judgement : nullptr,
               job.profile.confirmation);
  }
  report.was_stopped = context.is_stopping();
  return report;
}

}  // namespace yardstick::cli
