#include "cli/sweep_output.h"

#include "cli/progress.h"
#include "cli/text_table.h"
#include "metrics/statistics/interval.h"
#include "results/reporters.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

namespace yardstick::cli {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

struct Totals {
  std::int64_t ok = 0;
  std::int64_t failed = 0;
  std::int64_t missing = 0;
};

Totals count(const SweepReport& report) {
  Totals totals;
  for (const SweepCell& cell : report.cells) {
    const CellResult result = cell_result(cell, report.suite, report.state);
    totals.ok += result.ok;
    totals.failed += static_cast<std::int64_t>(result.failures.size());
    totals.missing += result.missing;
  }
  return totals;
}

std::string shard_text(const Shard& shard) { return concat(shard.index, "/", shard.count); }

std::string shard_note(const Shard& shard) {
  return shard.is_whole() ? "" : concat(", shard ", shard_text(shard));
}

// (largest - smallest) / median of the process medians.
std::string spread_text(const std::vector<double>& medians_s) {
  if (medians_s.size() < 2) return "";
  const auto [low, high] = std::minmax_element(medians_s.begin(), medians_s.end());
  char text[40];
  std::snprintf(text, sizeof text, "%.1f %%", 100 * (*high - *low) / median(medians_s));
  return text;
}

std::string cells_text(std::size_t n) { return concat(n, n == 1 ? " cell" : " cells"); }

std::string estimate_text(const SweepEstimate& time) {
  const std::string least = clock_text(time.least_s), most = clock_text(time.most_s);
  return least == most ? least : concat(least, " to ", most);
}

std::vector<std::size_t> steps_per_cell(const SweepPreview& preview) {
  std::vector<std::size_t> counts(preview.cells.size(), 0);
  for (const SweepStep& step : preview.steps) ++counts[step.cell];
  return counts;
}

Json cell_json(const SweepCell& cell) {
  return {{"label", cell.cell.label},
          {"key", cell.process.key},
          {"words", cell.process.words},
          {"batch", cell.cell.batch}};
}

Json shard_json(const Shard& shard) { return shard.is_whole() ? Json() : Json(shard_text(shard)); }

}  // namespace

bool is_complete(const SweepReport& report) {
  const Totals totals = count(report);
  return totals.failed == 0 && totals.missing == 0;
}

std::string sweep_text(const SweepReport& report) {
  TextTable table({Align::kLeft, Align::kRight, Align::kRight, Align::kRight, Align::kRight}, "  ");
  table.add({"cell", "median step", "items/s", "spread", "processes"});
  std::string failures;
  for (const SweepCell& cell : report.cells) {
    const CellResult result = cell_result(cell, report.suite, report.state);
    std::string step = "-", speed = "-";
    if (!result.process_medians_s.empty()) {
      const double step_s = median(result.process_medians_s);
      step = format_value(step_s, Unit::kSeconds);
      speed = format_value(static_cast<double>(cell.cell.batch) / step_s, Unit::kPerSecond);
    }
    table.add({cell.cell.label, step, speed, spread_text(result.process_medians_s),
               concat(result.ok, "/", report.suite.processes)});
    for (const std::string& reason : result.failures) {
      failures += concat("  failed: ", cell.cell.label, ": ", reason, "\n");
    }
  }
  const Totals totals = count(report);
  std::string text =
      concat("sweep ", report.id, " of suite ", report.suite.name, shard_note(report.shard), ": ",
             cells_text(report.cells.size()), ", ", totals.ok, " processes ok, ", totals.failed,
             " failed, ", totals.missing, " not run\n\n", table.text(), failures);
  if (report.was_stopped) text += "  interrupted: --resume goes on with it\n";
  return text;
}

std::string sweep_json(const SweepReport& report) {
  const Totals totals = count(report);
  Json json{{"sweep", report.id},
            {"suite", report.suite.name},
            {"shard", shard_json(report.shard)},
            {"protocol", report.suite.protocol},
            {"processes", report.suite.processes},
            {"seed", report.suite.order_seed},
            {"interrupted", report.was_stopped},
            {"run_now", report.runs_now},
            {"ok", totals.ok},
            {"failed", totals.failed},
            {"missing", totals.missing},
            {"cells", Json::array()}};
  for (const SweepCell& cell : report.cells) {
    const CellResult result = cell_result(cell, report.suite, report.state);
    Json entry = cell_json(cell);
    entry["ok"] = result.ok;
    entry["missing"] = result.missing;
    entry["median_step_s"] = nullptr;
    if (!result.process_medians_s.empty()) {
      entry["median_step_s"] = median(result.process_medians_s);
    }
    entry["process_medians_s"] = result.process_medians_s;
    entry["runs"] = result.run_ids;
    entry["failures"] = result.failures;
    json["cells"].push_back(std::move(entry));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string preview_text(const SweepPreview& preview) {
  TextTable table({Align::kLeft, Align::kRight}, "  ");
  table.add({"cell", "processes to run"});
  const std::vector<std::size_t> counts = steps_per_cell(preview);
  for (std::size_t i = 0; i < preview.cells.size(); ++i) {
    table.add({preview.cells[i].cell.label, concat(counts[i], " of ", preview.suite.processes)});
  }
  return concat("suite ", preview.suite.name, shard_note(preview.shard), ": ",
                cells_text(preview.cells.size()), ", ", preview.steps.size(),
                " processes to run, protocol ", preview.suite.protocol, ", about ",
                estimate_text(preview.time), " and the time to start and load\n\n", table.text());
}

std::string preview_json(const SweepPreview& preview) {
  Json json{{"suite", preview.suite.name},
            {"shard", shard_json(preview.shard)},
            {"protocol", preview.suite.protocol},
            {"processes", preview.suite.processes},
            {"to_run", preview.steps.size()},
            {"estimate_s", {preview.time.least_s, preview.time.most_s}},
            {"cells", Json::array()}};
  const std::vector<std::size_t> counts = steps_per_cell(preview);
  for (std::size_t i = 0; i < preview.cells.size(); ++i) {
    Json entry = cell_json(preview.cells[i]);
    entry["to_run"] = counts[i];
    json["cells"].push_back(std::move(entry));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace yardstick::cli
