#include "cli/number_text.h"
#include "cli/regress_output.h"
#include "cli/text_table.h"
#include "metrics/statistics/interval.h"
#include "results/reporters.h"

#include <yardstick/error.h>

#include <cmath>

namespace yardstick::cli {
namespace {

using Align = TextTable::Align;

std::string step_text(const SideRuns& side) {
  const auto& medians = side.times.process_medians_s;
  return medians.empty() ? "-" : format_value(median(medians), Unit::kSeconds);
}

std::string interval_text(const CellJudgement& judgement) {
  return concat(change_text(judgement.ratio), " [",
                with_digits(100 * (judgement.interval.low - 1), 1), ", ",
                with_digits(100 * (judgement.interval.high - 1), 1), "]");
}

std::string answer_text(const GateCell& cell) {
  std::string text(to_string(cell.verdict.answer));
  const CellJudgement& shown = cell.verdict.shown;
  if (!cell.verdict.reason.empty()) return concat(text, ": ", cell.verdict.reason);
  if (cell.verdict.answer == GateAnswer::kUnchanged) {
    text += concat(" (", percent_above_one(shown.smallest_resolvable), " would have been seen)");
  }
  return text;
}

std::string failures_text(const GateCell& cell) {
  std::string text;
  const auto add = [&](const StageRuns& stage) {
    for (const SideRuns& side : stage.runs.sides) {
      for (const std::string& reason : side.failures) {
        text += concat("  failed: ", cell.label, ", ", side.times.name, ": ", reason, "\n");
      }
    }
  };
  add(cell.first);
  if (cell.confirmation) add(*cell.confirmation);
  return text;
}

std::string processes_text(const GateProfile& profile) {
  std::string text = concat(profile.first.processes, " + ", profile.first.processes);
  if (profile.confirmation.processes != profile.first.processes) {
    text += concat(", confirmed by ", profile.confirmation.processes, " + ",
                   profile.confirmation.processes);
  }
  return text;
}

}  // namespace

std::string finding_text(const GateCell& cell) {
  const CellJudgement& shown = cell.verdict.shown;
  if (!shown.is_measured) return cell.verdict.reason;
  return concat(interval_text(shown), ", p ", p_text(shown.p));
}

std::string regress_text(const GateJob& job, const GateReport& report) {
  TextTable table({Align::kLeft, Align::kRight, Align::kRight, Align::kLeft, Align::kRight,
                   Align::kRight, Align::kLeft},
                  "  ");
  table.add({"cell", "baseline", "candidate", "change of time", "p (BH)", "limit", "answer"});
  for (const GateCell& cell : report.cells) {
    const CellJudgement& shown = cell.verdict.shown;
    const bool is_measured = shown.is_measured;
    table.add({cell.label, step_text(cell.shown().baseline()), step_text(cell.shown().candidate()),
               is_measured ? interval_text(shown) : "-",
               is_measured ? p_text(shown.adjusted_p) : "-",
               is_measured ? percent_above_one(shown.limit) : "-", answer_text(cell)});
  }
  std::string text = concat(
      "regression gate over ", job.suite.name, ": ", report.cells.size(),
      report.cells.size() == 1 ? " cell, " : " cells, ", processes_text(job.profile),
      " interleaved processes each (profile ", job.profile.name, ")\n  baseline   ",
      job.baseline.binary.label, "\n  candidate  ", job.candidate.binary.label, "\n\n",
      table.text(), "\n  regressions ", report.count(GateAnswer::kRegression), ", improvements ",
      report.count(GateAnswer::kImprovement), ", unchanged ", report.count(GateAnswer::kUnchanged),
      ", not resolved ", report.count(GateAnswer::kNotResolved), "\n");
  for (const GateCell& cell : report.cells) text += failures_text(cell);
  if (report.was_stopped) text += "  interrupted: the answers are about what was run\n";
  return text;
}

}  // namespace yardstick::cli
