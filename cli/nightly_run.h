#pragma once

#include "cli/context.h"
#include "cli/gate_binary.h"
#include "cli/suite.h"
#include "cli/sweep_plan.h"
#include "results/history_alarms.h"
#include "results/result_store.h"

#include <yardstick/run.h>

#include <optional>
#include <string>
#include <vector>

namespace yardstick::cli {

struct NightlyJob {
  std::string night;  // its name, and its sweep's id
  const Suite& suite;
  const std::vector<SweepCell>& cells;
  std::optional<GateBinary> baseline;  // what alarms are confirmed against; none: as each says
  AlarmRules rules;
  bool is_quiet = false;
};

struct NightCell {
  std::string label;
  CellResult result;                         // this night's processes
  std::optional<HistorySeries> series = {};  // none where no process of this night ended well
  AlarmState state = AlarmState::kNone;
  // This night's of what was looked at; an earlier night's of what is known or waiting.
  std::optional<HistoryFinding> finding = {};

  bool has_failed() const { return !result.failures.empty() || result.missing > 0; }
  // Its alarm is this night's news.
  bool is_to_look_at() const { return state == AlarmState::kNew || state == AlarmState::kGrown; }
  // Looked at this night, with this answer.
  bool is_news(FindingAnswer answer) const;
};

struct NightlyReport {
  std::string night;
  const Suite& suite;
  std::int64_t shortest_regime = 5;
  std::vector<NightCell> cells;
  Provenance facts;  // of this night's first run that ended well
  bool was_stopped = false;

  std::int64_t count(FindingAnswer answer) const;  // of this night's news
  std::int64_t failed() const;
  // kSomeFailed where a cell is newly confirmed to be slower, where one failed, and after an
  // interruption; else kUnresolved where an alarm of this night is not resolved; else kOk.
  int exit_code() const;
};

// Judges what the night's sweep has measured: the history of each cell, and for what is news in it,
// fresh processes. Their records go to the store, and with them what was found out: once for a
// night, so that going over it again measures nothing and finds the same.
NightlyReport judge_night(const NightlyJob& job, ResultStore& store, Context& context);

}  // namespace yardstick::cli
