#pragma once

#include "results/result_store.h"

#include <yardstick/metric.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace yardstick {

namespace detail {
class Connection;
class Statement;
}  // namespace detail

// A stored run in one line.
struct RunSummary {
  std::string id;
  std::string kind;
  std::string status;
  std::string reason;
  std::string started_at;
  double duration_s = 0;
  std::string model;
  std::string weights;  // tag, or the first 8 digits of the checkpoint's SHA-256, or "random"
  std::string methods;  // JSON array of {"name", "params"}
  std::string task;
  std::string split;
  std::string device;
  std::string device_name;
  std::string precision;
  std::int64_t batch_size = 0;
  bool on_leaderboard = true;
  std::optional<Measurement> headline;  // accuracy, else throughput, latency, the first figure
};

struct RunQuery {
  std::vector<std::string> filters = {};  // results/run_filter.h
  std::int64_t limit = 0;                 // the newest; 0: all
};

// Calls `visit` for each run, newest first, until it returns false. Reads no more than it has to:
// the newest runs of a large file come at once. Throws User on a filter that cannot be understood
// or that no run fits, and where there is no run.
void visit_runs(const ResultStore& store, const RunQuery& query,
                const std::function<bool(const RunSummary&)>& visit);

// The id that `text` stands for: "latest" and "@1" are the newest run, "@2" the one before, and
// anything else is itself, an id or its first digits. Throws User where there are fewer runs.
std::string resolve_run_id(const ResultStore& store, const std::string& text);

namespace detail {

// For statements over `runs` of other files: the columns that summary_of reads, from column 0 on.
std::string summary_columns();
inline constexpr int kSummaryColumns = 18;
RunSummary summary_of(const Connection& connection, const Statement& row);

}  // namespace detail
}  // namespace yardstick
