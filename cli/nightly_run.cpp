#include "cli/nightly_run.h"

#include "cli/exit_code.h"
#include "cli/interleaved_run.h"
#include "cli/number_text.h"
#include "cli/regress_run.h"
#include "cli/run_output.h"
#include "metrics/statistics/hodges_lehmann.h"
#include "results/configuration.h"
#include "results/nights.h"
#include "runners/job.h"
#include "runners/provenance.h"

#include <yardstick/error.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace yardstick::cli {
namespace {

// The night's series of each cell, by key. Of several machines the one that has measured it last.
std::map<std::string, HistorySeries> series_of_night(const NightlyJob& job,
                                                     const std::vector<NightCell>& cells,
                                                     const ResultStore& store) {
  std::map<std::string, std::set<std::string>> keys_of_tag;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].result.process_medians_s.empty()) continue;
    const CellProcess& process = job.cells[i].process;
    keys_of_tag[process.tag].insert(process.key);
  }
  std::map<std::string, HistorySeries> found;
  for (const auto& [tag, keys] : keys_of_tag) {
    for (HistorySeries& series : query_history(store, {.tag = tag,
                                                       .include_ineligible = true,
                                                       .shortest_regime = job.rules.shortest_regime,
                                                       .cells = keys})) {
      if (series.points.back().sweep == job.night) found[series.cell] = std::move(series);
    }
  }
  return found;
}

// Measures cells with an alarm anew, and says what came of it.
class Confirmation {
 public:
  Confirmation(const NightlyJob& job, ResultStore& store, Context& context)
      : job_(job), store_(store), context_(context) {}

  // One finding for each of `cells` whose alarm is news, in their order.
  void run(std::vector<NightCell>& cells) {
    std::vector<CellTimes> times(cells.size());
    std::vector<std::optional<StageRuns>> stages(cells.size());
    for (std::size_t i = 0; i < cells.size() && !context_.is_stopping(); ++i) {
      if (!cells[i].is_to_look_at() || cells[i].finding) continue;
      HistoryFinding& finding = cells[i].finding.emplace(begin(*cells[i].series));
      stages[i] = measure(i, *cells[i].series, finding);
      if (stages[i]) times[i] = times_of(*stages[i]);
    }
    // As in the gate, the cells without an alarm count in the adjustment.
    const auto judgements = judge_cells(times, rules());
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (stages[i]) settle_stage(*stages[i], judgements[i], *cells[i].series, *cells[i].finding);
    }
  }

 private:
  GateRules rules() const {
    GateRules rules;
    rules.smallest_effect = job_.rules.limit;
    return rules;
  }

  HistoryFinding begin(const HistorySeries& series) const {
    const HistoryChange& change = series.changes.back();
    return {.cell = series.cell,
            .device = series.device,
            .night = job_.night,
            .since = series.points[change.point].when,
            .before_commit = series.points[change.point - 1].commit,
            .after_commit = series.points[change.point].commit,
            .before = change.before,
            .after = change.after,
            .points = static_cast<std::int64_t>(series.points.size() - change.point),
            .relative_noise = series.relative_noise,
            .processes = confirmation_processes(series, job_.rules)};
  }

  // The build that the alarm is confirmed against; none where its commit cannot be had, or where a
  // plug-in, of which the older version is not kept, may be what changed.
  std::optional<GateBinary> baseline_of(const HistorySeries& series) {
    if (job_.baseline) return job_.baseline;
    if (!context_.plugins().empty()) return std::nullopt;
    const HistoryPoint& point = series.points[baseline_point(series, job_.rules)];
    const HistoryPoint& now = series.points.back();
    if (point.commit.empty() || !point.dirty.empty() || point.commit == now.commit) {
      return std::nullopt;
    }
    try {
      return find_or_build_commit(point.commit, job_.is_quiet, context_);
    } catch (const Error& error) {
      context_.err() << "yardstick: " << error.what() << "; the alarm is confirmed without it\n";
      return std::nullopt;
    }
  }

  // Settles `finding` itself where there is no build to compare with; else gives the runs.
  std::optional<StageRuns> measure(std::size_t index, const HistorySeries& series,
                                   HistoryFinding& finding) {
    const SweepCell& cell = job_.cells[index];
    const Provenance facts = {{"gate", id_}, {"gate_stage", "night"}, {kNightKey, job_.night}};
    const auto keep = [this](const RunRecord& record) { store_.append(record); };
    const GateSide candidate{{"this program", context_.executable(), ""}, {}};
    const std::uint64_t seed = job_.suite.order_seed + index;
    const std::string label = cell.cell.label + ", again";
    if (const auto baseline = baseline_of(series)) {
      finding.against = baseline->label;
      StageRuns stage =
          measure_stage(cell.process, {*baseline, {}}, candidate,
                        {label, finding.processes, seed, facts, job_.is_quiet}, context_, keep);
      finding.runs = stage.candidate().run_ids;
      if (!is_elsewhere(stage.candidate(), finding)) return stage;
      return std::nullopt;
    }
    const InterleavedJob processes{.sides = {{"candidate", gate_process(candidate, cell.process)}},
                                   .processes = finding.processes,
                                   .tag = cell.process.tag,
                                   .seed = seed,
                                   .facts = facts,
                                   .progress = label + ": ",
                                   .is_quiet = job_.is_quiet};
    const InterleavedRuns runs = run_interleaved(processes, context_, keep);
    finding.runs = runs.sides.front().run_ids;
    if (!is_elsewhere(runs.sides.front(), finding)) {
      settle_level(runs.sides.front(), series, finding);
    }
    return std::nullopt;
  }

  // On another machine than the history's nothing can be confirmed.
  static bool is_elsewhere(const SideRuns& fresh, HistoryFinding& finding) {
    if (!fresh.last) return false;
    const std::string device = detail::configuration_of(*fresh.last).device;
    if (device == finding.device) return false;
    finding.reason = concat("measured on ", finding.device, ", looked at again on ", device);
    return true;
  }

  static FindingAnswer direction_of(const HistorySeries& series) {
    return series.changes.back().is_worse ? FindingAnswer::kSlower : FindingAnswer::kFaster;
  }

  void settle_level(const SideRuns& fresh, const HistorySeries& series,
                    HistoryFinding& finding) const {
    const std::vector<double>& values = fresh.times.process_medians_s;
    if (values.empty()) {
      finding.reason = fresh.failures.empty() ? "interrupted" : fresh.failures.front();
      return;
    }
    const LevelCheck check = check_against_level(series, values, job_.rules);
    finding.ratio = check.ratio;
    finding.interval = check.interval;
    finding.answer = check.is_confirmed ? direction_of(series) : FindingAnswer::kNotConfirmed;
    if (check.is_confirmed) {
      finding.after = level_after(series.changes.back(), check.ratio);
    } else {
      finding.reason = "measured anew it is not clearly off the level before";
    }
  }

  void settle_stage(const StageRuns& stage, const CellJudgement& judgement,
                    const HistorySeries& series, HistoryFinding& finding) const {
    const HistoryChange& change = series.changes.back();
    if (!judgement.is_measured && !stage.candidate().times.process_medians_s.empty()) {
      // The build before cannot measure this cell, or does not end well.
      finding.against.clear();
      settle_level(stage.candidate(), series, finding);
      return;
    }
    GateRules seen = rules();
    seen.must_see = change.magnitude() - 1;
    const CellVerdict verdict = settle(judgement, &judgement, seen);
    finding.ratio = judgement.is_measured ? judgement.ratio : 0;
    finding.interval = judgement.interval;
    if (judgement.is_measured) finding.p = judgement.p;
    finding.reason = verdict.reason;
    switch (verdict.answer) {
      case GateAnswer::kNotResolved:
        return;
      case GateAnswer::kUnchanged:
        break;
      case GateAnswer::kRegression:
      case GateAnswer::kImprovement:
        if (judgement.is_slower() == change.is_worse) {
          finding.answer = direction_of(series);
          finding.after = level_after(change, judgement.ratio);
          return;
        }
    }
    finding.answer = FindingAnswer::kNotConfirmed;
    finding.reason = concat("beside the build of ", finding.against,
                            " there is no such change: it was the machine's, or is gone");
  }

  const NightlyJob& job_;
  ResultStore& store_;
  Context& context_;
  const std::string id_ = make_uuid();
};

// A record of batch size 0 and without measurements: what it rests on are records of their own.
RunRecord night_record(const NightlyJob& job, const std::vector<HistoryFinding>& findings,
                       Context& context) {
  RunRecord record = blank_record(RunKind::kBench);
  record.model = job.suite.name;  // a record is of something
  record.device = job.cells.front().process.device;
  record.on_leaderboard = false;
  record.provenance = caller_provenance(context);
  describe_host(record.provenance);
  record.provenance[kNightKey] = job.night;
  record.provenance[kFindingsKey] = findings_json(findings);
  return record;
}

}  // namespace

bool NightCell::is_news(FindingAnswer answer) const {
  return is_to_look_at() && finding && finding->answer == answer;
}

std::int64_t NightlyReport::count(FindingAnswer answer) const {
  return std::count_if(cells.begin(), cells.end(),
                       [answer](const NightCell& cell) { return cell.is_news(answer); });
}

std::int64_t NightlyReport::failed() const {
  return std::count_if(cells.begin(), cells.end(),
                       [](const NightCell& cell) { return cell.has_failed(); });
}

int NightlyReport::exit_code() const {
  if (count(FindingAnswer::kSlower) > 0 || failed() > 0 || was_stopped) return kSomeFailed;
  return count(FindingAnswer::kNotResolved) > 0 ? kUnresolved : kOk;
}

NightlyReport judge_night(const NightlyJob& job, ResultStore& store, Context& context) {
  NightlyReport report{.night = job.night,
                       .suite = job.suite,
                       .shortest_regime = job.rules.shortest_regime,
                       .cells = {},
                       .facts = {}};
  const SweepState state(sweep_runs(store, job.night));
  for (const SweepCell& cell : job.cells) {
    report.cells.push_back(
        {.label = cell.cell.label, .result = cell_result(cell, job.suite, state)});
    const auto& ids = report.cells.back().result.run_ids;
    if (report.facts.empty() && !ids.empty()) report.facts = store.get(ids.front()).provenance;
  }

  bool is_stored = false;
  std::vector<HistoryFinding> earlier;
  std::map<std::string, HistoryFinding> tonight;  // by cell
  for (StoredNight& night : stored_nights(store, job.suite.name)) {
    const bool is_this = night.night == job.night;
    is_stored = is_stored || is_this;
    for (HistoryFinding& finding : night.findings) {
      if (is_this) {
        tonight[finding.cell] = std::move(finding);
      } else if (!is_stored) {
        earlier.push_back(std::move(finding));
      }
    }
  }

  std::map<std::string, HistorySeries> series = series_of_night(job, report.cells, store);
  bool is_asking = false;
  for (std::size_t i = 0; i < report.cells.size(); ++i) {
    NightCell& cell = report.cells[i];
    const auto found = series.find(job.cells[i].process.key);
    if (found == series.end()) continue;
    cell.series = std::move(found->second);
    const HistoryAlarm alarm = judge_alarm(*cell.series, earlier, job.rules);
    cell.state = alarm.state;
    if (!alarm.is_to_be_confirmed()) {
      if (alarm.earlier != nullptr) cell.finding = *alarm.earlier;
    } else if (const auto known = tonight.find(cell.series->cell); known != tonight.end()) {
      cell.finding = known->second;
    } else {
      is_asking = true;
    }
  }
  std::vector<HistoryFinding> fresh;
  if (is_asking) {
    std::set<std::string> asked;
    for (const NightCell& cell : report.cells) {
      if (cell.is_to_look_at() && !cell.finding) asked.insert(cell.label);
    }
    Confirmation(job, store, context).run(report.cells);
    for (const NightCell& cell : report.cells) {
      if (asked.contains(cell.label) && cell.finding) fresh.push_back(*cell.finding);
    }
  }
  report.was_stopped = context.is_stopping();
  if (!report.was_stopped && (!is_stored || !fresh.empty())) {
    store.append(night_record(job, fresh, context));
  }
  return report;
}

}  // namespace yardstick::cli
