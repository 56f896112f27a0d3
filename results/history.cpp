#include "results/history.h"

#include "results/configuration.h"
#include "results/store_impl.h"
#include "results/sweep_lookup.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace yardstick {
namespace {

using detail::Connection;
using detail::Statement;

// JSON of the configuration, unlike the texts for people, tells configurations apart.
using Key = std::tuple<std::string, std::string, std::string, std::string, std::string,
                       std::int64_t, std::string, std::int64_t, std::string>;

[[noreturn]] void throw_no_runs(const Connection& connection, const HistoryQuery& query) {
  std::vector<std::string> tags;
  Statement select = connection.prepare("SELECT DISTINCT tag FROM quantities ORDER BY tag");
  while (select.step()) tags.push_back(select.text(0));
  const bool is_known = std::find(tags.begin(), tags.end(), query.tag) != tags.end();
  throw_user(concat("no stored bench run of ", query.model, " has ", query.tag,
                    query.since.empty() ? "" : " since " + query.since),
             is_known ? "" : suggestion(query.tag, tags));
}

// A sweep may go on past midnight; its runs of one commit are one point.
void add(const Statement& row, std::vector<HistoryPoint>& points) {
  const std::string when = row.text(8);
  const std::string commit = row.text(10);
  const std::string dirty = row.text(11);
  const std::string sweep = row.text(16);
  const auto is_same = [&](const HistoryPoint& point) {
    return point.commit == commit && point.dirty == dirty && point.sweep == sweep &&
           (!sweep.empty() || point.when.substr(0, 10) == when.substr(0, 10));
  };
  auto found = std::find_if(points.rbegin(), points.rend(), is_same);
  if (found == points.rend()) {
    points.push_back({.when = when, .commit = commit, .dirty = dirty, .sweep = sweep});
    found = points.rbegin();
  }
  found->process_values.push_back(row.real(9));
  found->run_ids.push_back(row.text(14));
}

HistorySeries new_series(const Statement& row) {
  HistorySeries series;
  series.model = row.text(0);
  series.params = detail::display_params(row.text(1));
  series.methods = detail::display_methods(row.text(2));
  series.device = row.text(3);
  series.precision = row.text(4);
  series.threads = row.integer(5);
  series.protocol = row.text(6);
  series.batch_size = row.integer(7);
  series.cell = row.text(15);
  series.unit = unit_from_string(row.text(12)).value_or(Unit::kSeconds);
  series.direction = direction_from_string(row.text(13)).value_or(Direction::kNeutral);
  return series;
}

Key key_of(const Statement& row) {
  return {row.text(0),    row.text(1), row.text(2),    row.text(3), row.text(4),
          row.integer(5), row.text(6), row.integer(7), row.text(15)};
}

}  // namespace

std::vector<HistorySeries> query_history(const ResultStore& store, const HistoryQuery& query) {
  const Connection& connection = store.impl().connection;
  const std::string cells = nlohmann::json(query.cells).dump();
  const std::string cell =
      concat("coalesce(json_extract(provenance, '$.", kSweepCellKey, "'), '')");
  const std::string sweep = concat("coalesce(json_extract(provenance, '$.", kSweepKey, "'), '')");
  const bool has_cells = !query.cells.empty();
  Statement select = connection.prepare(concat(
      "SELECT model, config_params, config_methods, config_device, precision, config_threads, "
      "config_profile, batch_size, started_at, value, "
      "coalesce(json_extract(provenance, '$.git_commit'), ''), "
      "coalesce(json_extract(provenance, '$.git_dirty'), ''), unit, direction, id, ",
      has_cells ? concat(cell, ", ", sweep) : "'', ''",
      " "
      "FROM runs JOIN measurement_values USING (run) JOIN quantities USING (quantity) "
      "WHERE kind = 'bench' AND status = 'ok' AND tag = ? AND value > 0 AND started_at >= ? "
      "AND (eligible = 1 OR ?) AND (json_extract(provenance, '$.gate') IS NULL "
      "OR json_extract(provenance, '$.comparison_side') = 'candidate') "
      "AND (? = '[]' OR ",
      cell,
      " IN (SELECT value FROM json_each(?))) "
      "ORDER BY started_at, run"));
  select.bind(0, std::string_view(query.tag))
      .bind(1, std::string_view(query.since))
      .bind(2, std::int64_t{query.include_ineligible})
      .bind(3, std::string_view(cells))
      .bind(4, std::string_view(cells));
  std::map<Key, HistorySeries> by_key;
  while (select.step()) {
    if (!glob_match(query.model, select.text(0))) continue;
    const auto [found, is_new] = by_key.try_emplace(key_of(select));
    if (is_new) found->second = new_series(select);
    add(select, found->second.points);
  }
  if (by_key.empty()) throw_no_runs(connection, query);
  std::vector<HistorySeries> all;
  for (auto& [key, series] : by_key) {
    find_regimes(series, query.shortest_regime);
    all.push_back(std::move(series));
  }
  return all;
}

}  // namespace yardstick
