#pragma once

#include "cli/suite.h"
#include "results/sweep_lookup.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace yardstick::cli {

// Which part of a suite's cells one machine measures.
struct Shard {
  std::int64_t index = 1;  // from 1
  std::int64_t count = 1;

  bool is_whole() const { return count == 1; }
};

// "2/3"; throws User on anything else.
Shard parse_shard(const std::string& text);

struct SweepCell {
  SuiteCell cell;
  CellProcess process;
};

// The shard's cells, in the suite's order. Shards are disjoint, complete and differ by one cell at
// most: the cells are dealt out in the order of their keys, with all processes of a cell in one.
// Throws User where two cells measure the same.
std::vector<SweepCell> plan_cells(const Suite& suite, const Shard& shard, const Context& context);

// One process: which cell, and for which time.
struct SweepStep {
  std::size_t cell = 0;
  std::int64_t repeat = 0;
};

// What the database says of a process. One that ended well counts, whatever else became of it
// before or after; else the last.
class SweepState {
 public:
  explicit SweepState(const std::vector<SweepRun>& runs);

  // Null where there is no run of it.
  const SweepRun* find(const std::string& cell, std::int64_t repeat) const;

 private:
  std::map<std::pair<std::string, std::int64_t>, SweepRun> runs_;
};

// What has become of a cell's processes.
struct CellResult {
  std::vector<double> process_medians_s = {};
  std::vector<std::string> run_ids = {};   // of the processes that ended well
  std::vector<std::string> failures = {};  // a reason each
  std::int64_t ok = 0;
  std::int64_t missing = 0;  // never run, or interrupted
  double duration_s = 0;     // of all of them together
};
CellResult cell_result(const SweepCell& cell, const Suite& suite, const SweepState& state);

// What is to be measured, interleaved over the cells in the suite's seeded order: what has neither
// ended well nor failed, and what failed where `retries_failed`.
std::vector<SweepStep> steps_to_run(const Suite& suite, const std::vector<SweepCell>& cells,
                                    const SweepState& state, bool retries_failed);

// How long the steps may take, in seconds: at the least and at the most. From earlier runs of a
// cell where `known_s` has it, else from the protocol's limits, which say nothing of loading.
struct SweepEstimate {
  double least_s = 0;
  double most_s = 0;
};
SweepEstimate estimate(const Suite& suite, const std::vector<SweepCell>& cells,
                       const std::vector<SweepStep>& steps,
                       const std::map<std::string, double>& known_s);

}  // namespace yardstick::cli
