#pragma once

#include "results/result_store.h"

#include <yardstick/metric.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace yardstick {

struct LeaderboardQuery {
  std::string task = {};               // "" : all
  std::string sort = "accuracy/top1";  // a measurement's tag; best first by its direction
  // "model=vit_*", "device!=cpu", "accuracy/top1>0.9", "model/parameters<=30M": all must hold.
  std::vector<std::string> filters = {};
  std::string group = "model";      // best row of each: model, family, device, ..., none
  bool include_ineligible = false;  // debug builds, limited data
  std::int64_t limit = 0;           // the best rows of each task; 0: all
};

// One row: a model as configured (model, weights, methods, device, precision), with the newest ok
// value of each measurement over its train, eval and bench runs. A row never mixes machines,
// precisions, data, thread counts or protocol profiles (docs/results-schema.md, "Configurations").
struct LeaderboardRow {
  std::int64_t rank = 0;  // from 1, among the rows that compare; 0: no value of the sort key
  std::string model;
  std::string family;   // the model's name up to its first underscore
  std::string params;   // JSON object: the model's parameters
  std::string weights;  // tag, or the first 8 digits of the checkpoint's SHA-256, or "random"
  std::string methods;  // JSON array of {"name", "params"}
  std::string task;     // "" where nothing but speed was measured
  std::string split;
  std::string data;  // fingerprint
  std::string device;
  std::string device_name;
  std::string precision;
  std::int64_t threads = 0;  // of the speed figures on a CPU; 0: unknown or none
  std::string protocol;      // version and profile of the speed figures' protocol, as "1/default"
  std::string newest;        // when the newest of its runs began
  std::map<std::string, Measurement> values;  // by tag
  // By tag, for bench figures: of several batch sizes the one with the best value where more is
  // better (throughput), else the smallest (latency, memory). 0 where the batch does not matter.
  std::map<std::string, std::int64_t> batch;
  std::vector<std::string> flags;
  std::vector<std::string> run_ids;  // newest first
};

struct Leaderboard {
  LeaderboardQuery query;
  std::vector<LeaderboardRow> rows;
  std::vector<std::string> columns;  // tags worth showing, in order
  // Whether only rows of one task, split and data are ranked against each other, as for accuracy.
  bool is_by_task = false;
};

// Throws User on a filter or sort key that matches nothing, with the nearest names, and where no
// run is fit for a leaderboard. Where the default sort key is measured nowhere, the first column is
// it.
Leaderboard query_leaderboard(const ResultStore& store, const LeaderboardQuery& query);

// Leaves only the measurements that match `patterns` ("accuracy/top1", "latency/*"), as columns in
// that order. Throws User on a pattern that no row has, with the nearest tags.
void keep_columns(Leaderboard& board, const std::vector<std::string>& patterns);

struct LeaderboardStyle {
  bool has_intervals = true;  // of table, md, csv and latex
};

// "table" (aligned text), "md", "csv", "latex" (a booktabs table), "json", "html" (a self-contained
// page).
// `asset_dir` is share/yardstick/report, with the report's template and chart library; only html
// needs it. Throws User on another format, Data where a part of the report is missing.
std::string format_leaderboard(const Leaderboard& board, const std::string& format,
                               const std::string& asset_dir, const LeaderboardStyle& style = {});

}  // namespace yardstick
