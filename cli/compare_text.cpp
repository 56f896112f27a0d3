#include "cli/compare_output.h"
#include "cli/number_text.h"
#include "cli/text_table.h"
#include "metrics/statistics/interval.h"
#include "results/reporters.h"

#include <yardstick/error.h>

#include <cmath>

namespace yardstick::cli {
namespace {

using Align = TextTable::Align;

std::string ratio_text(const SpeedPair& pair) {
  const double width = pair.interval.high - pair.interval.low;
  const int digits = width < 0.02 ? 4 : 3;
  return concat(with_digits(pair.speed_ratio, digits), "x [",
                with_digits(pair.interval.low, digits), ", ",
                with_digits(pair.interval.high, digits), "]");
}

std::string sides_table(const CompareReport& report) {
  TextTable table({Align::kLeft, Align::kRight, Align::kRight, Align::kRight, Align::kLeft}, "  ");
  const bool has_ties = report.runs.sides.size() > 2;
  table.add({"side", "median step", "items/s", "processes", has_ties ? "tied" : ""});
  for (std::size_t i = 0; i < report.runs.sides.size(); ++i) {
    const auto& medians = report.runs.sides[i].times.process_medians_s;
    const std::string& name = report.runs.sides[i].times.name;
    if (medians.empty()) {
      table.add({name, "-", "-", "0", ""});
      continue;
    }
    const double step_s = median(medians);
    table.add({name, format_value(step_s, Unit::kSeconds),
               format_value(static_cast<double>(report.job.batch) / step_s, Unit::kPerSecond),
               std::to_string(medians.size()), has_ties ? report.speed.letters[i] : ""});
  }
  return table.text();
}

std::string pairs_table(const CompareReport& report) {
  const auto& sides = report.runs.sides;
  const bool has_several = report.speed.pairs.size() > 1;
  TextTable table({Align::kLeft, Align::kLeft, Align::kLeft, Align::kLeft, Align::kLeft}, "  ");
  table.add({"side", "against", "speed", has_several ? "p (Holm)" : "p", "verdict"});
  for (const SpeedPair& pair : report.speed.pairs) {
    std::string verdict(to_string(pair.verdict));
    if (pair.verdict == Verdict::kNotResolved && pair.smallest_resolvable) {
      verdict +=
          std::isinf(*pair.smallest_resolvable)
              ? " (too few processes to resolve anything)"
              : concat(" (", percent_above_one(*pair.smallest_resolvable), " would have been)");
    }
    table.add({sides[pair.side].times.name, sides[pair.reference].times.name, ratio_text(pair),
               p_text(pair.adjusted_p), verdict});
  }
  return table.text();
}

std::string control_line(const CompareReport& report) {
  const SpeedPair& control = *report.control;
  std::string text = concat("  control: ", report.runs.sides.front().times.name, " against itself ",
                            ratio_text(control), ", p ", p_text(control.p));
  text += control.verdict == Verdict::kNotResolved
              ? ": not resolved, as it should be\n"
              : concat(": ", to_string(control.verdict), ". By chance this happens in ",
                       with_digits(100 * report.alpha, 1),
                       " % of comparisons; run it again before believing the verdicts\n");
  return text;
}

std::string accuracy_table(const CompareReport& report) {
  const auto& sides = report.runs.sides;
  TextTable table({Align::kLeft, Align::kLeft, Align::kLeft, Align::kLeft, Align::kLeft}, "  ");
  table.add({"side", "against", "top-1, paired", "right alone", "p (McNemar)"});
  for (const AccuracyPair& pair : report.accuracy) {
    const PairedOutcomes& outcomes = pair.outcomes;
    const auto points = [](double share) { return with_digits(100 * share, 2); };
    table.add(
        {sides[pair.side].times.name, sides[pair.reference].times.name,
         concat(outcomes.difference.difference < 0 ? "" : "+",
                points(outcomes.difference.difference), " points [",
                points(outcomes.difference.interval.low), ", ",
                points(outcomes.difference.interval.high), "]"),
         concat(outcomes.only_side, " and ", outcomes.only_reference, " of ", outcomes.samples),
         p_text(outcomes.p)});
  }
  return table.text();
}

std::string failures_text(const SideRuns& side, const std::string& name) {
  std::string text;
  for (const std::string& reason : side.failures) {
    text += concat("  failed: ", name, ": ", reason, "\n");
  }
  return text;
}

}  // namespace

std::string compare_text(const CompareReport& report) {
  const CompareJob& job = report.job;
  std::string text = concat(job.tag, " at batch ", job.batch, ", ", job.processes,
                            " interleaved processes a side (profile ", report.profile, ", level ",
                            with_digits(100 * report.alpha, 0), " %)\n\n", sides_table(report));
  if (!report.speed.pairs.empty()) text += "\n" + pairs_table(report);
  if (report.control) text += control_line(report);
  if (!report.accuracy.empty()) text += "\n" + accuracy_table(report);
  for (const SideRuns& side : report.runs.sides) text += failures_text(side, side.times.name);
  if (report.runs.control) text += failures_text(*report.runs.control, "control");
  if (report.runs.was_stopped) text += "  interrupted: the verdicts are about what was run\n";
  return text;
}

}  // namespace yardstick::cli
