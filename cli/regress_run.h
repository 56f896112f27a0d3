#pragma once

#include "cli/context.h"
#include "cli/gate_binary.h"
#include "cli/interleaved_run.h"
#include "cli/suite.h"
#include "runners/comparison/gate.h"

#include <yardstick/run.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace yardstick::cli {

// One of the two builds of the gate.
struct GateSide {
  GateBinary binary;
  std::map<std::string, std::string> environment;  // on top of this process's
};

struct GateJob {
  Suite suite;
  GateSide baseline;
  GateSide candidate;
  GateProfile profile;
  std::uint64_t seed = 0;  // of the orders
  bool is_quiet = false;
};

// One cell in one stage: baseline, candidate and the control, interleaved.
struct StageRuns {
  InterleavedRuns runs;  // three sides, in this order
  CellJudgement judgement;

  const SideRuns& baseline() const { return runs.sides[0]; }
  const SideRuns& candidate() const { return runs.sides[1]; }
  const SideRuns& control() const { return runs.sides[2]; }
};

// One process of a side. An error that it reports is the reason of a failed record.
ChildRun gate_process(const GateSide& side, const CellProcess& cell);

// Where and how a cell is measured.
struct StagePlan {
  std::string label;  // of the cell, for progress
  std::int64_t processes = 9;
  std::uint64_t seed = 0;
  Provenance facts;  // of every record
  bool is_quiet = false;
};

// Measures one cell: baseline, candidate and the control, interleaved. Without a judgement. A
// process that fails, in whichever way, is one of its side's failures.
StageRuns measure_stage(const CellProcess& cell, const GateSide& baseline,
                        const GateSide& candidate, const StagePlan& plan, Context& context,
                        const std::function<void(const RunRecord&)>& keep);

CellTimes times_of(const StageRuns& stage);

struct GateCell {
  std::string label;
  std::int64_t batch = 1;
  std::string tag;  // of the time compared
  StageRuns first;
  std::optional<StageRuns> confirmation;
  CellVerdict verdict;

  // The stage that the verdict rests on.
  const StageRuns& shown() const { return confirmation ? *confirmation : first; }
  bool has_failed_candidate() const;
};

struct GateReport {
  std::string id;  // UUID; every run's provenance carries it under "gate"
  std::vector<GateCell> cells;
  bool was_stopped = false;

  int count(GateAnswer answer) const;
  // kSomeFailed on a regression, where a process of the candidate failed, and after an
  // interruption; else kUnresolved where a cell is not resolved; else kOk.
  int exit_code() const;
};

// Measures every cell, cell by cell, and those with an alarm once more, in fresh processes. Each
// record goes to `keep` at once; its provenance says "gate", "gate_stage", "comparison" and
// "comparison_side" ("baseline", "candidate", "control"). A process that fails, in whichever way,
// is one of its side's failures.
GateReport run_gate(const GateJob& job, Context& context,
                    const std::function<void(const RunRecord&)>& keep);

}  // namespace yardstick::cli
