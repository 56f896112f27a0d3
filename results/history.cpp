#include "results/history.h"

#include "metrics/statistics/interval.h"
#include "metrics/statistics/level_fit.h"
#include "results/configuration.h"
#include "results/store_impl.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

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
                       std::int64_t, std::string, std::int64_t>;

[[noreturn]] void throw_no_runs(const Connection& connection, const HistoryQuery& query) {
  std::vector<std::string> tags;
  Statement select = connection.prepare("SELECT DISTINCT tag FROM quantities ORDER BY tag");
  while (select.step()) tags.push_back(select.text(0));
  const bool is_known = std::find(tags.begin(), tags.end(), query.tag) != tags.end();
  throw_user(concat("no stored bench run of ", query.model, " has ", query.tag,
                    query.since.empty() ? "" : " since " + query.since),
             is_known ? "" : suggestion(query.tag, tags));
}

void add(const Statement& row, std::vector<HistoryPoint>& points) {
  const std::string when = row.text(8);
  const std::string commit = row.text(10);
  const std::string dirty = row.text(11);
  const auto same_day = [&](const HistoryPoint& point) {
    return point.commit == commit && point.dirty == dirty &&
           point.when.substr(0, 10) == when.substr(0, 10);
  };
  auto found = std::find_if(points.rbegin(), points.rend(), same_day);
  if (found == points.rend()) {
    points.push_back({.when = when, .commit = commit, .dirty = dirty});
    found = points.rbegin();
  }
  found->process_values.push_back(row.real(9));
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
  series.unit = unit_from_string(row.text(12)).value_or(Unit::kSeconds);
  series.direction = direction_from_string(row.text(13)).value_or(Direction::kNeutral);
  return series;
}

Key key_of(const Statement& row) {
  return {row.text(0), row.text(1),    row.text(2), row.text(3),
          row.text(4), row.integer(5), row.text(6), row.integer(7)};
}

void find_regimes(HistorySeries& series, const HistoryQuery& query) {
  std::vector<double> values;
  for (HistoryPoint& point : series.points) {
    point.value = median(point.process_values);
    point.processes = static_cast<std::int64_t>(point.process_values.size());
    values.push_back(point.value);
  }
  const LevelFit fit = fit_levels(values, {.minimum_segment = query.shortest_regime});
  for (std::size_t i = 0; i < fit.change_points.size(); ++i) {
    HistoryChange change{fit.change_points[i], fit.levels[i], fit.levels[i + 1]};
    change.is_worse = change.after > change.before ? series.direction == Direction::kLowerIsBetter
                                                   : series.direction == Direction::kHigherIsBetter;
    series.changes.push_back(change);
  }
  series.newest_level = fit.levels.back();
  series.relative_noise = fit.relative_noise;
}

}  // namespace

bool HistorySeries::has_worsened(double limit) const {
  return !changes.empty() && changes.back().is_worse && changes.back().magnitude() > 1 + limit;
}

std::vector<HistorySeries> query_history(const ResultStore& store, const HistoryQuery& query) {
  const Connection& connection = store.impl().connection;
  Statement select = connection.prepare(
      "SELECT model, config_params, config_methods, config_device, precision, config_threads, "
      "config_profile, batch_size, started_at, value, "
      "coalesce(json_extract(provenance, '$.git_commit'), ''), "
      "coalesce(json_extract(provenance, '$.git_dirty'), ''), unit, direction "
      "FROM runs JOIN measurement_values USING (run) JOIN quantities USING (quantity) "
      "WHERE kind = 'bench' AND status = 'ok' AND tag = ? AND value > 0 AND started_at >= ? "
      "AND (eligible = 1 OR ?) AND (json_extract(provenance, '$.gate') IS NULL "
      "OR json_extract(provenance, '$.comparison_side') = 'candidate') "
      "ORDER BY started_at, run");
  select.bind(0, std::string_view(query.tag))
      .bind(1, std::string_view(query.since))
      .bind(2, std::int64_t{query.include_ineligible});
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
    find_regimes(series, query);
    all.push_back(std::move(series));
  }
  return all;
}

}  // namespace yardstick
