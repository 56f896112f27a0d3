#include "runners/process_summary.h"

#include "metrics/statistics/interval.h"
#include "runners/job.h"
#include "runners/record_notes.h"

#include <yardstick/check.h>
#include <yardstick/error.h>

#include <algorithm>

namespace yardstick {
namespace {

bool is_ok(const RunRecord& run) { return run.status == RunStatus::kOk; }

// The measurement of each run, or nothing where a run lacks it.
std::vector<double> values_of(const std::vector<const RunRecord*>& runs, const std::string& tag) {
  std::vector<double> values;
  for (const RunRecord* run : runs) {
    const Measurement* measurement = measurement_of(*run, tag);
    if (measurement == nullptr) return {};
    values.push_back(measurement->value);
  }
  return values;
}

void summarise_measurements(const std::vector<const RunRecord*>& runs, RunRecord& summary) {
  for (const Measurement& first : runs.front()->measurements) {
    std::vector<double> values = values_of(runs, first.tag);
    if (values.size() < 2) continue;
    Measurement measurement = first;
    measurement.value = median(values);
    measurement.n = static_cast<std::int64_t>(values.size());
    measurement.low.reset();
    measurement.high.reset();
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    if (*least < *most) {
      const Interval further = prediction_interval(values);
      measurement.low = further.low;
      measurement.high = further.high;
      // Behind the semicolon stands the interval inside one process.
      measurement.about = concat(first.about.substr(0, first.about.find(';')), "; median of ",
                                 values.size(), " processes, 95 % interval of a further one");
    }
    summary.samples.push_back({first.tag, first.unit, std::move(values)});
    summary.measurements.push_back(std::move(measurement));
  }
}

void settle_status(const std::vector<RunRecord>& runs, RunRecord& summary) {
  const auto failed = std::find_if_not(runs.begin(), runs.end(), is_ok);
  if (failed == runs.end()) return;
  summary.status = failed->status;
  const bool all_the_same = std::all_of(runs.begin(), runs.end(), [&](const RunRecord& run) {
    return run.status == failed->status && run.reason == failed->reason;
  });
  const auto ok = std::count_if(runs.begin(), runs.end(), is_ok);
  summary.reason = all_the_same ? failed->reason
                                : concat(static_cast<std::ptrdiff_t>(runs.size()) - ok, " of ",
                                         runs.size(), " processes: ", failed->reason);
}

}  // namespace

RunRecord summarise_processes(const std::vector<RunRecord>& runs) {
  YS_CHECK(!runs.empty());
  std::vector<const RunRecord*> good;
  for (const RunRecord& run : runs) {
    if (is_ok(run)) good.push_back(&run);
  }
  RunRecord summary = good.empty() ? runs.back() : *good.back();
  summary.id = make_uuid();
  summary.started_at = runs.front().started_at;
  summary.measurements.clear();
  summary.samples.clear();
  summary.flags.clear();
  summary.duration_s = 0;
  for (const RunRecord& run : runs) {
    summary.duration_s += run.duration_s;
    summary.on_leaderboard = summary.on_leaderboard && run.on_leaderboard;
    for (const std::string& flag : run.flags) {
      if (std::ranges::find(summary.flags, flag) == summary.flags.end()) {
        summary.flags.push_back(flag);
      }
    }
  }
  settle_status(runs, summary);
  if (good.size() >= 2) summarise_measurements(good, summary);
  summary.provenance["processes"] = std::to_string(runs.size());
  return summary;
}

}  // namespace yardstick
