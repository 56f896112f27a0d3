#pragma once

#include "results/result_store.h"

#include <yardstick/metric.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace yardstick {

struct LeaderboardQuery {
  std::string task;                    // "" : all
  std::string sort = "accuracy/top1";  // a measurement's tag; best first by its direction
  std::vector<std::string> filters;    // "model=vit_*", "device=cpu", "accuracy/top1>0.9"
  std::string group = "model";         // best row of each: model, family, device, none
  bool include_ineligible = false;     // debug builds, limited data
};

// One row: a model as configured (model, weights, methods, device, precision), with the newest ok
// value of each measurement over its train, eval and bench runs.
struct LeaderboardRow {
  std::string model;
  std::string weights;  // tag, or the first 8 digits of the checkpoint's SHA-256, or "random"
  std::string methods;
  std::string task;
  std::string device;
  std::string device_name;
  std::string precision;
  std::map<std::string, Measurement> values;  // by tag
  std::vector<std::string> flags;
  std::vector<std::string> run_ids;
};

struct Leaderboard {
  LeaderboardQuery query;
  std::vector<LeaderboardRow> rows;
  std::vector<std::string> columns;  // tags worth showing, in order
};

// Throws User on a filter or sort key that matches nothing, with the nearest names.
Leaderboard query_leaderboard(const ResultStore& store, const LeaderboardQuery& query);

// "table" (aligned text), "md", "csv", "json", "html" (a self-contained page).
// `asset_dir` holds the report's template and chart library; only html needs it.
std::string format_leaderboard(const Leaderboard& board, const std::string& format,
                               const std::string& asset_dir);

// One HTML file that opens offline: sortable table, accuracy against throughput with intervals,
// every run's settings and provenance.
std::string html_report(const ResultStore& store, const std::string& asset_dir);

}  // namespace yardstick
