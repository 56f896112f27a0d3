#pragma once

#include "metrics/statistics/interval.h"
#include "results/history.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yardstick {

// What is news in a history: each night's newest change, against what earlier nights found out
// (docs/nightly.md).

struct AlarmRules {
  double limit = 0.01;               // change of level below which there is no alarm
  std::int64_t shortest_regime = 5;  // as HistoryQuery has it
  std::int64_t most_processes = 30;  // of each side, to confirm an alarm
};

enum class FindingAnswer {
  kSlower,  // confirmed
  kFaster,
  kNotConfirmed,  // it would have been seen, and was not
  kNotResolved    // measured anew, and still open
};
std::string_view to_string(FindingAnswer answer);  // "slower", ..., "not resolved"

// What a night found out of a series' newest change when it measured the cell anew.
struct HistoryFinding {
  std::string cell = {};           // HistorySeries::cell
  std::string device = {};         // HistorySeries::device
  std::string night = {};          // name of the night
  std::string since = {};          // HistoryPoint::when of the first point after the change
  std::string before_commit = {};  // of the last point before it
  std::string after_commit = {};
  double before = 0;        // the levels, in the unit of the series
  double after = 0;         // as level_after() says
  std::int64_t points = 0;  // of the regime after the change
  double relative_noise = 0;
  FindingAnswer answer = FindingAnswer::kNotResolved;
  std::string reason = {};  // of what is not confirmed or not resolved

  // What was measured anew. `ratio` is of times, now over before; 0 where nothing could be
  // measured.
  double ratio = 0;
  Interval interval = {};              // of the ratio, 95 %
  std::optional<double> p = {};        // of the comparison with a build
  std::string against = {};            // that build's label; "" for the level before the change
  std::int64_t processes = 0;          // of each side
  std::vector<std::string> runs = {};  // ids, of the candidate's processes

  bool is_confirmed() const {
    return answer == FindingAnswer::kSlower || answer == FindingAnswer::kFaster;
  }
};

enum class AlarmState {
  kNone,     // no change, or one within the limit
  kNew,      // to be looked at tonight
  kGrown,    // confirmed on an earlier night and larger since: to be looked at tonight
  kKnown,    // confirmed on an earlier night
  kWaiting,  // looked at and not confirmed; its regime is not twice as long yet
};

struct HistoryAlarm {
  AlarmState state = AlarmState::kNone;
  const HistoryFinding* earlier = nullptr;  // the newest of this change; null where there is none

  bool is_to_be_confirmed() const {
    return state == AlarmState::kNew || state == AlarmState::kGrown;
  }
};

// `earlier` in the order of the nights; the answer points into it.
HistoryAlarm judge_alarm(const HistorySeries& series, const std::vector<HistoryFinding>& earlier,
                         const AlarmRules& rules = {});

// The point whose commit an alarm is confirmed against: rules.shortest_regime points before the
// newest change, or the first of its regime. A small step is placed some nights early or late, and
// a build that has the step already would confirm nothing. The series has a change.
std::size_t baseline_point(const HistorySeries& series, const AlarmRules& rules = {});

// What HistoryFinding::after is to say where the cell measured anew was `ratio` times its level
// before: the farther of both, since a young regime's level may still hold nights from before.
double level_after(const HistoryChange& change, double ratio);

// How many processes of each side resolve the newest change at the spread between the series'
// processes, by the gate's rules: 9 to rules.most_processes. The series has a change.
std::int64_t confirmation_processes(const HistorySeries& series, const AlarmRules& rules = {});

// Where no build from before the change is to be had: whether processes measured anew lie where the
// series' newest regime does and not where the one before did. They cannot tell a change of the
// program from one of the machine. The series has a change; at least one value.
struct LevelCheck {
  double ratio = 1;   // of their median over the level before
  Interval interval;  // of the ratio, 95 %: by the noise of the nights
  bool is_confirmed = false;
};
LevelCheck check_against_level(const HistorySeries& series, std::span<const double> fresh,
                               const AlarmRules& rules = {});

}  // namespace yardstick
