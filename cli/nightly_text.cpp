#include "cli/nightly_output.h"
#include "cli/number_text.h"
#include "cli/text_table.h"
#include "results/reporters.h"
#include "results/text_layout.h"

#include <yardstick/error.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace yardstick::cli {
namespace {

using detail::count_text;

constexpr std::size_t kMostIds = 5;  // of a cell; the JSON has all

std::string short_commit(const std::string& commit) {
  return commit.empty() ? "unknown" : commit.substr(0, 7);
}

std::string fact(const NightlyReport& report, const char* key) {
  const auto found = report.facts.find(key);
  return found == report.facts.end() ? std::string() : found->second;
}

std::string machine(const NightlyReport& report) {
  for (const NightCell& cell : report.cells) {
    if (cell.series) return cell.series->device;
  }
  return fact(report, "cpu_model");
}

std::string build(const NightlyReport& report) {
  return concat("commit ", short_commit(fact(report, "git_commit")),
                fact(report, "git_dirty").empty() ? "" : " with local changes");
}

std::int64_t processes(const NightlyReport& report) {
  std::int64_t count = 0;
  for (const NightCell& cell : report.cells) count += cell.result.ok;
  return count;
}

std::string interval_text(const HistoryFinding& finding) {
  if (finding.ratio == 0) return "not measured";
  return concat(change_text(finding.ratio), " [", with_digits(100 * (finding.interval.low - 1), 1),
                ", ", with_digits(100 * (finding.interval.high - 1), 1), "]");
}

std::string suspected_text(const HistoryFinding& finding) {
  return change_text(finding.after / finding.before);
}

std::string since_text(const HistoryFinding& finding) {
  const std::string day = finding.since.substr(0, 10);
  if (finding.before_commit == finding.after_commit) {
    return concat(short_commit(finding.after_commit), " (", day, ")");
  }
  return concat(short_commit(finding.before_commit), "..", short_commit(finding.after_commit), " (",
                day, ")");
}

std::string sureness_text(const HistoryFinding& finding) {
  if (finding.against.empty()) {
    return concat(count_text(finding.processes, "process", "processes"),
                  " against the level before: a change of the machine would look the same");
  }
  return concat("p ", finding.p ? p_text(*finding.p) : "-", ", ", finding.processes, " + ",
                finding.processes, " processes beside the build of ", finding.against);
}

std::string row(const std::vector<std::string>& cells) {
  std::string text = "|";
  for (const std::string& cell : cells) text += concat(" ", markdown_cell(cell), " |");
  return text + "\n";
}

using Row = std::function<std::vector<std::string>(const NightCell&)>;

// A section with a table of the cells that `belongs` takes; "" without any.
std::string section(const NightlyReport& report, const std::string& title,
                    const std::vector<std::string>& heads,
                    const std::function<bool(const NightCell&)>& belongs, const Row& cells_of) {
  std::string rows;
  for (const NightCell& cell : report.cells) {
    if (belongs(cell)) rows += row(cells_of(cell));
  }
  if (rows.empty()) return {};
  std::string rule = "|";
  for (std::size_t i = 0; i < heads.size(); ++i) rule += " --- |";
  return concat("\n## ", title, "\n\n", row(heads), rule, "\n", rows);
}

std::string confirmed_section(const NightlyReport& report, const std::string& title,
                              FindingAnswer answer) {
  return section(
      report, title, {"cell", "change of time", "since", "before", "now", "how sure"},
      [answer](const NightCell& cell) { return cell.is_news(answer); },
      [](const NightCell& cell) -> std::vector<std::string> {
        const HistoryFinding& finding = *cell.finding;
        return {cell.label + (cell.state == AlarmState::kGrown ? " (grown)" : ""),
                interval_text(finding),
                since_text(finding),
                format_value(finding.before, cell.series->unit),
                format_value(cell.series->newest_level, cell.series->unit),
                sureness_text(finding)};
      });
}

std::string open_section(const NightlyReport& report, const std::string& title,
                         FindingAnswer answer) {
  return section(
      report, title, {"cell", "in the history", "since", "measured anew", "why"},
      [answer](const NightCell& cell) { return cell.is_news(answer); },
      [](const NightCell& cell) -> std::vector<std::string> {
        const HistoryFinding& finding = *cell.finding;
        return {cell.label, suspected_text(finding), since_text(finding), interval_text(finding),
                finding.reason};
      });
}

std::string known_section(const NightlyReport& report) {
  return section(
      report, "Known", {"cell", "change of time", "since", "reported", "now"},
      [](const NightCell& cell) { return cell.state == AlarmState::kKnown; },
      [](const NightCell& cell) -> std::vector<std::string> {
        const HistoryFinding& finding = *cell.finding;
        return {cell.label, interval_text(finding), since_text(finding), finding.night,
                format_value(cell.series->newest_level, cell.series->unit)};
      });
}

std::string failed_section(const NightlyReport& report) {
  return section(
      report, "Failed", {"cell", "processes", "why"},
      [](const NightCell& cell) { return cell.has_failed(); },
      [](const NightCell& cell) -> std::vector<std::string> {
        const auto failures = static_cast<std::int64_t>(cell.result.failures.size());
        return {cell.label,
                concat(cell.result.ok, " of ", cell.result.ok + failures + cell.result.missing),
                failures > 0 ? cell.result.failures.front() : "not run"};
      });
}

// Ids of what was measured anew, for `yardstick show`.
std::string runs_section(const NightlyReport& report) {
  std::string text;
  for (const NightCell& cell : report.cells) {
    if (!cell.is_to_look_at() || !cell.finding || cell.finding->runs.empty()) continue;
    text += concat("- ", cell.label, ":");
    const std::vector<std::string>& ids = cell.finding->runs;
    for (std::size_t i = 0; i < std::min(ids.size(), kMostIds); ++i) {
      text += concat(" `", ids[i].substr(0, 8), "`");
    }
    text += ids.size() > kMostIds ? concat(" and ", ids.size() - kMostIds, " more\n") : "\n";
  }
  return text.empty() ? text : concat("\nMeasured anew (`yardstick show ID`):\n\n", text);
}

std::string noise_text(const NightlyReport& report) {
  const NightCell* calmest = nullptr;
  const NightCell* noisiest = nullptr;
  std::int64_t too_short = 0;
  std::size_t longest = 0;
  const auto least = static_cast<std::size_t>(2 * report.shortest_regime);
  for (const NightCell& cell : report.cells) {
    if (!cell.series) continue;
    longest = std::max(longest, cell.series->points.size());
    if (cell.series->points.size() < least) {
      ++too_short;
      continue;
    }
    const double noise = cell.series->relative_noise;
    if (calmest == nullptr || noise < calmest->series->relative_noise) calmest = &cell;
    if (noisiest == nullptr || noise > noisiest->series->relative_noise) noisiest = &cell;
  }
  std::string text =
      concat(count_text(static_cast<std::int64_t>(longest), "night", "nights"), " of history");
  const auto percent = [](const NightCell& cell) {
    return with_digits(100 * cell.series->relative_noise, 1);
  };
  if (calmest == noisiest && calmest != nullptr) {
    text += concat(", noise from night to night ", percent(*calmest), " %");
  } else if (calmest != nullptr) {
    text += concat(", noise from night to night ", percent(*calmest), " % (", calmest->label,
                   ") to ", percent(*noisiest), " % (", noisiest->label, ")");
  }
  if (too_short > 0) {
    text += concat("; ", count_text(too_short, "cell", "cells"),
                   " too short for a change, which takes ", least, " nights");
  }
  return text;
}

std::int64_t waiting(const NightlyReport& report) {
  return std::count_if(report.cells.begin(), report.cells.end(),
                       [](const NightCell& cell) { return cell.state == AlarmState::kWaiting; });
}

}  // namespace

std::string nightly_headline(const NightlyReport& report) {
  std::string text;
  const auto add = [&text](std::int64_t count, const std::string& what) {
    if (count > 0) text += concat(text.empty() ? "" : ", ", count, " ", what);
  };
  add(report.count(FindingAnswer::kSlower), "slower");
  add(report.count(FindingAnswer::kFaster), "faster");
  add(report.failed(), "failed");
  add(report.count(FindingAnswer::kNotResolved), "not resolved");
  if (report.was_stopped) text += concat(text.empty() ? "" : ", ", "interrupted");
  return text.empty() ? "nothing changed" : text;
}

std::string nightly_summary(const NightlyReport& report) {
  const auto cells = static_cast<std::int64_t>(report.cells.size());
  std::string text =
      concat("# ", report.suite.name, ", ", report.night, ": ", nightly_headline(report), "\n\n",
             count_text(cells, "cell", "cells"), ", ", processes(report), " processes, ",
             build(report), ", ", machine(report), "; ", noise_text(report), ".\n");
  text += confirmed_section(report, "Slower", FindingAnswer::kSlower);
  text += failed_section(report);
  text += confirmed_section(report, "Faster", FindingAnswer::kFaster);
  text += open_section(report, "Not resolved", FindingAnswer::kNotResolved);
  text += open_section(report, "Not confirmed", FindingAnswer::kNotConfirmed);
  text += known_section(report);
  text += runs_section(report);
  if (const std::int64_t count = waiting(report); count > 0) {
    text += concat("\n", count_text(count, "alarm", "alarms"),
                   " of earlier nights, not confirmed then, will be looked at again when twice as "
                   "many nights bear it out.\n");
  }
  return text;
}

}  // namespace yardstick::cli
