#pragma once

#include "results/result_store.h"

#include <yardstick/run.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace yardstick {

// Where a run stands in a sweep: these keys of its provenance.
inline constexpr char kSweepKey[] = "sweep";               // id of the sweep
inline constexpr char kSweepSuiteKey[] = "sweep_suite";    // name of the suite
inline constexpr char kSweepCellKey[] = "sweep_cell";      // what is measured, the same everywhere
inline constexpr char kSweepRepeatKey[] = "sweep_repeat";  // which process of its cell, from 0

// One recorded process of a sweep.
struct SweepRun {
  std::string id;
  std::string cell;
  std::int64_t repeat = 0;
  RunStatus status = RunStatus::kOk;
  std::string reason;
  double duration_s = 0;
  std::optional<double> step_s;  // "time/inference/step", else "time/training/step"
  std::string binary_sha256;     // "" where unknown
};

// The sweep's processes, in the order stored.
std::vector<SweepRun> sweep_runs(const ResultStore& store, const std::string& sweep);

// The sweep of this suite that has the newest run.
std::optional<std::string> newest_sweep(const ResultStore& store, const std::string& suite);

// How long a run of each cell has taken on average, over all sweeps; of runs that ended well.
std::map<std::string, double> mean_cell_durations_s(const ResultStore& store);

}  // namespace yardstick
