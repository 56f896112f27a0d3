#pragma once

#include "metrics/statistics/interval.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yardstick {

// The regression gate: is a candidate slower than the baseline that is measured beside it, over a
// suite of cells (docs/measuring.md, "Regression gate"). Pure arithmetic; cli/regress_run.h
// measures.

// What a stage of the gate asks of a cell before it raises an alarm.
struct GateRules {
  std::int64_t processes = 9;     // of each side
  double alpha = 0.002;           // level of the exact Mann-Whitney test of one cell
  double false_discovery = 0.05;  // q of Benjamini-Hochberg over the suite; 1: none
  double smallest_effect = 0.01;  // of time, 0.01: 1 %
  double spreads = 3;             // the effect in A/A spreads, at least
  // The change of time that must not go unseen: a cell without an alarm whose noise would have
  // hidden it is not resolved.
  double must_see = 0.05;
};

// The gate as a whole: only cells with an alarm in the first stage are measured again, and only
// what alarms there too is an answer.
struct GateProfile {
  std::string name;
  GateRules first;
  GateRules confirmation;
};

// "verdict": 9 + 9 by the rules above in both stages. "nightly": 5 + 5 to begin with, which cannot
// reach p < 0.002, at level 0.05 without Benjamini-Hochberg; then as verdict. Throws User on
// another.
GateProfile gate_profile(const std::string& name);
std::vector<std::string> gate_profile_names();

// Process medians of one cell, in seconds. `control` is the baseline a second time.
struct CellTimes {
  std::vector<double> baseline;
  std::vector<double> candidate;
  std::vector<double> control;
};

// Factors of time above 1 say slower: 1.05 takes 5 % longer.
struct CellJudgement {
  bool is_measured = false;  // two processes a side at least; else nothing below is said
  double ratio = 1;          // candidate over baseline, Hodges-Lehmann
  Interval interval;         // of the ratio, 95 % where there are processes enough
  double p = 1;              // exact Mann-Whitney, two-sided
  double adjusted_p = 1;     // Benjamini-Hochberg over the suite
  double control_ratio = 1;  // control over baseline
  double control_p = 1;
  // The A/A spread: standard error of the logarithm of control over baseline, worked out from the
  // width of its Hodges-Lehmann interval.
  double spread = 0;
  double limit = 1;                // factor that an alarm takes, and its inverse
  double smallest_resolvable = 1;  // factor that raises an alarm with 80 % power; may be infinite
  bool has_alarm = false;
  bool has_control_alarm = false;  // the control differs from the baseline by the same rules

  bool is_slower() const { return ratio > 1; }
};

// One stage over the whole suite. A cell that is not measured counts as p = 1, so that a
// confirmation, which measures some cells only, is adjusted as the first stage is.
std::vector<CellJudgement> judge_cells(const std::vector<CellTimes>& cells, const GateRules& rules);

enum class GateAnswer { kUnchanged, kRegression, kImprovement, kNotResolved };
std::string_view to_string(GateAnswer answer);  // "unchanged", ..., "not resolved"

struct CellVerdict {
  GateAnswer answer = GateAnswer::kNotResolved;
  std::string reason;   // of kNotResolved, and where an alarm was not confirmed; "" else
  CellJudgement shown;  // the stage that the answer rests on: the confirmation, where there is one
};

// The answer of a cell. `confirmation` is null where none was run. In this order:
//  - not measured: not resolved;
//  - the control differs from the baseline: not resolved, the machine makes differences itself;
//  - alarms in both stages, in one direction: regression or improvement;
//  - an alarm that was not looked at again: not resolved;
//  - smallest_resolvable above 1 + must_see: not resolved, noise would have hidden that much;
//  - else unchanged.
CellVerdict settle(const CellJudgement& first, const CellJudgement* confirmation,
                   const GateRules& rules);

}  // namespace yardstick
