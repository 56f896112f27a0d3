#include "cli/history_output.h"

#include "cli/number_text.h"
#include "cli/text_table.h"
#include "results/reporters.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <utility>

namespace yardstick::cli {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

// "3fa9c1d", with a "+" where the tree differed from the commit.
std::string commit_text(const HistoryPoint& point) {
  const std::string commit = point.commit.empty() ? "unknown" : point.commit.substr(0, 7);
  return point.dirty.empty() ? commit : commit + "+";
}

std::string day(const HistoryPoint& point) { return point.when.substr(0, 10); }

std::string title(const HistorySeries& series) {
  std::string text = series.model;
  const auto add = [&text](const std::string& part) {
    if (!part.empty()) text += ", " + part;
  };
  add(series.params);
  add(series.methods);
  add(series.precision);
  add(concat("batch ", series.batch_size));
  add(series.device);
  if (series.threads > 0) {
    add(concat(series.threads, series.threads == 1 ? " thread" : " threads"));
  }
  add(series.protocol.empty() ? "" : "protocol " + series.protocol);
  return text;
}

std::string changes_table(const HistorySeries& series) {
  TextTable table(
      {Align::kLeft, Align::kLeft, Align::kRight, Align::kRight, Align::kRight, Align::kLeft},
      "    ");
  for (const HistoryChange& change : series.changes) {
    const bool is_neutral = series.direction == Direction::kNeutral;
    table.add({day(series.points[change.point]),
               concat(commit_text(series.points[change.point - 1]), "..",
                      commit_text(series.points[change.point])),
               change_text(change.ratio()), format_value(change.before, series.unit),
               format_value(change.after, series.unit),
               is_neutral ? "" : (change.is_worse ? "worse" : "better")});
  }
  return table.text();
}

Json point_json(const HistoryPoint& point) {
  return {{"when", point.when},
          {"commit", point.commit},
          {"dirty", point.dirty},
          {"value", point.value},
          {"processes", point.processes}};
}

Json change_json(const HistorySeries& series, const HistoryChange& change) {
  const HistoryPoint& before = series.points[change.point - 1];
  const HistoryPoint& after = series.points[change.point];
  return {{"point", change.point},          {"when", after.when},
          {"before_commit", before.commit}, {"after_commit", after.commit},
          {"before", change.before},        {"after", change.after},
          {"ratio", change.ratio()},        {"worse", change.is_worse}};
}

Json series_json(const HistorySeries& series, double limit) {
  Json json{{"model", series.model},
            {"params", series.params},
            {"methods", series.methods},
            {"device", series.device},
            {"precision", series.precision},
            {"threads", series.threads},
            {"protocol", series.protocol},
            {"batch", series.batch_size},
            {"unit", to_string(series.unit)},
            {"direction", to_string(series.direction)},
            {"newest_level", series.newest_level},
            {"relative_noise", series.relative_noise},
            {"worsened", series.has_worsened(limit)},
            {"points", Json::array()},
            {"changes", Json::array()}};
  for (const HistoryPoint& point : series.points) json["points"].push_back(point_json(point));
  for (const HistoryChange& change : series.changes) {
    json["changes"].push_back(change_json(series, change));
  }
  return json;
}

}  // namespace

std::string history_text(const HistoryQuery& query, const std::vector<HistorySeries>& all,
                         double limit) {
  std::string text = concat(query.tag, ", ", all.size(),
                            all.size() == 1 ? " configuration\n" : " configurations\n");
  for (const HistorySeries& series : all) {
    const HistoryPoint& first = series.points.front();
    const HistoryPoint& last = series.points.back();
    text += concat("\n", title(series), "\n  ", series.points.size(),
                   series.points.size() == 1 ? " point, " : " points, ", day(first), " (",
                   commit_text(first), ") to ", day(last), " (", commit_text(last), "), now ",
                   format_value(series.newest_level, series.unit), ", noise ",
                   with_digits(100 * series.relative_noise, 1), " %\n");
    if (std::cmp_less(series.points.size(), 2 * query.shortest_regime)) {
      text +=
          concat("  too short for a change: that takes ", 2 * query.shortest_regime, " points\n");
      continue;
    }
    text += series.changes.empty() ? "  no change\n" : changes_table(series);
    if (series.has_worsened(limit)) {
      text +=
          concat("  the newest regime is worse by more than ", with_digits(100 * limit, 1), " %\n");
    }
  }
  return text;
}

std::string history_json(const HistoryQuery& query, const std::vector<HistorySeries>& all,
                         double limit) {
  Json json{{"tag", query.tag}, {"limit", limit}, {"series", Json::array()}};
  for (const HistorySeries& series : all) json["series"].push_back(series_json(series, limit));
  return json.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
}

}  // namespace yardstick::cli
