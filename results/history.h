#pragma once

#include "results/result_store.h"

#include <yardstick/metric.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace yardstick {

struct HistoryQuery {
  std::string tag = "time/inference/step";
  std::string model = "*";           // glob
  std::string since = {};            // ISO 8601, "2026-11" too; "": from the beginning
  bool include_ineligible = false;   // debug builds
  std::int64_t shortest_regime = 5;  // points, at least 2
  // Keys of cells of sweeps. Where there are some, only their runs count, and each cell is a series
  // of its own; else a series is a configuration, whatever measured it.
  std::set<std::string> cells = {};
};

// The processes of one commit on one day (UTC), or in one sweep where the query names cells, as one
// figure.
struct HistoryPoint {
  std::string when;         // start of its first process
  std::string commit = {};  // "" where unknown
  std::string dirty = {};   // hash of what differed from it; "" where nothing did
  double value = 0;         // median over its processes
  std::int64_t processes = 0;
  std::vector<double> process_values = {};
  std::vector<std::string> run_ids = {};  // of the processes
  std::string sweep = {};                 // its id; "" unless the query names cells
};

// A new regime starts at points[point].
struct HistoryChange {
  std::size_t point = 0;
  double before = 0;  // the levels
  double after = 0;
  bool is_worse = false;  // by the tag's direction; false where it has none

  double ratio() const { return after / before; }
  // How much worse, as a factor of at least 1: times 1.02 and rates 1 / 1.02 are both 1.02.
  double magnitude() const { return after > before ? after / before : before / after; }
};

// One configuration over time: model, parameters, methods, device, precision, threads, protocol and
// batch size are the same throughout.
struct HistorySeries {
  std::string model;
  std::string params;   // for people: "classes=10"
  std::string methods;  // for people
  std::string device;   // name of the GPU, or of the CPU
  std::string precision;
  std::int64_t threads = 0;
  std::string protocol;
  std::int64_t batch_size = 0;
  std::string cell;  // key of the sweep's cell; "" unless the query names cells
  Unit unit = Unit::kSeconds;
  Direction direction = Direction::kNeutral;
  std::vector<HistoryPoint> points;  // in order of time; never empty
  std::vector<HistoryChange> changes;
  double newest_level = 0;
  double relative_noise = 0;  // of a point about its level

  // Whether the newest regime is worse than the one before by more than `limit` (0.01: 1 %).
  bool has_worsened(double limit) const;
};

// The regimes of the points: their values and counts, the changes, the newest level and the noise.
// Points have process values.
void find_regimes(HistorySeries& series, std::int64_t shortest_regime);

// Every series of stored bench runs that ended well, with its regimes (fit_levels over the points).
// Of a regression gate's runs only the candidate's count: the baseline's measure an older commit
// anew. Throws User where no run matches, with the nearest tags.
std::vector<HistorySeries> query_history(const ResultStore& store, const HistoryQuery& query);

}  // namespace yardstick
