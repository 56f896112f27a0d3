#include "results/html_report.h"

#include "results/configuration.h"
#include "results/leaderboard_json.h"
#include "results/leaderboard_rows.h"
#include "results/reporters.h"
#include "results/reproductions.h"
#include "results/store_impl.h"

#include <yardstick/error.h>
#include <yardstick/version.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace yardstick {
namespace detail {
namespace {

// A page with the details of more runs than this would be slow to open.
constexpr std::int64_t kMostRuns = 1000;
// Order statistics that stand for a longer series of samples.
constexpr std::size_t kMostPoints = 400;

std::string read_asset(const std::string& folder, const std::string& name) {
  const std::string path = folder + "/" + name;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  if (!(file && bytes << file.rdbuf())) {
    throw_data(concat("a part of the report is missing: ", path),
               "install Yardstick's share folder again, or point $YARDSTICK_SHARE to it");
  }
  return std::move(bytes).str();
}

// The page is report.html with every `{{file}}` replaced by that file, and {{data}} by the records.
std::string build_page(const OrderedJson& data, const std::string& asset_dir) {
  const std::string page = read_asset(asset_dir, "report.html");
  std::string built;
  std::size_t at = 0;
  for (;;) {
    const std::size_t open = page.find("{{", at);
    if (open == std::string::npos) break;
    const std::size_t close = page.find("}}", open);
    if (close == std::string::npos) throw_data(concat(asset_dir, "/report.html: {{ without }}"));
    built.append(page, at, open - at);
    const std::string name = page.substr(open + 2, close - open - 2);
    built += name == "data" ? script_safe(dump(data, -1)) : read_asset(asset_dir, name);
    at = close + 2;
  }
  return built.append(page, at, std::string::npos);
}

// Sorted, and thinned to evenly spaced ranks: the page draws distributions, the file keeps samples.
OrderedJson distribution(const SampleSeries& series) {
  std::vector<double> values = series.values;
  std::sort(values.begin(), values.end());
  OrderedJson points = OrderedJson::array();
  const std::size_t count = std::min(values.size(), kMostPoints);
  for (std::size_t i = 0; i < count; ++i) {
    points.push_back(values[count == 1 ? 0 : i * (values.size() - 1) / (count - 1)]);
  }
  return {{"tag", series.tag},
          {"unit", to_string(series.unit)},
          {"n", series.values.size()},
          {"sorted", std::move(points)}};
}

// Formatted here, so that a figure reads the same in every format.
void add_text(OrderedJson& value, const Measurement& measurement) {
  const MeasurementText text = measurement_text(measurement);
  value["text"] = {{"value", text.value}, {"unit", text.unit}, {"interval", text.interval}};
}

OrderedJson run_json(const RunRecord& record) {
  OrderedJson json = record_json(record);
  json.erase("schema");
  for (std::size_t i = 0; i < record.measurements.size(); ++i) {
    add_text(json["measurements"][i], record.measurements[i]);
  }
  json["samples"] = OrderedJson::array();
  for (const SampleSeries& series : record.samples) json["samples"].push_back(distribution(series));
  return json;
}

OrderedJson page_json(const Leaderboard& board) {
  OrderedJson json = leaderboard_json(board);
  json["yardstick"] = YARDSTICK_VERSION;
  for (std::size_t i = 0; i < board.rows.size(); ++i) {
    OrderedJson& row = json["rows"][i];
    for (const auto& [tag, measurement] : board.rows[i].values) {
      add_text(row["values"][tag], measurement);
    }
    row["params_text"] = display_params(row["params"].dump());
    row["methods_text"] = display_methods(row["methods"].dump());
  }
  json["runs"] = OrderedJson::array();
  json["papers"] = OrderedJson::array();
  return json;
}

}  // namespace

std::string script_safe(std::string_view json) {
  std::string safe;
  safe.reserve(json.size());
  for (std::size_t i = 0; i < json.size(); ++i) {
    const std::string_view rest = json.substr(i);
    if (json[i] == '<') {
      safe += "\\u003c";
    } else if (json[i] == '>') {
      safe += "\\u003e";
    } else if (json[i] == '&') {
      safe += "\\u0026";
    } else if (rest.starts_with("\xe2\x80\xa8") || rest.starts_with("\xe2\x80\xa9")) {
      safe += rest[2] == '\xa8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      safe += json[i];
    }
  }
  return safe;
}

std::string leaderboard_page(const Leaderboard& board, const std::string& asset_dir) {
  return build_page(page_json(board), asset_dir);
}

}  // namespace detail

std::string html_report(const ResultStore& store, const std::string& asset_dir) {
  const detail::Connection& connection = store.impl().connection;
  LeaderboardQuery query;
  query.group = "none";
  Leaderboard board;
  if (detail::load_rows(connection, /*include_ineligible=*/false).empty()) {
    board.query = query;
  } else {
    board = query_leaderboard(store, query);
  }
  detail::OrderedJson json = detail::page_json(board);
  json["run_count"] = store.size() - connection.integer(concat("SELECT count(*) FROM runs WHERE ",
                                                               detail::is_reproduction()));
  if (store.size() == 0) {
    throw_user(concat(connection.path(), " holds no run yet"), "yardstick bench MODEL records one");
  }
  detail::Statement select =
      connection.prepare(concat("SELECT run FROM runs WHERE NOT ", detail::is_reproduction(),
                                " ORDER BY started_at DESC, run DESC LIMIT ?"));
  select.bind(0, detail::kMostRuns);
  while (select.step()) {
    json["runs"].push_back(detail::run_json(
        detail::read_run(connection, select.integer(0), detail::PerSample::kLeftOut)));
  }
  for (const StoredReproduction& paper : newest_reproductions(store)) {
    json["papers"].push_back(detail::OrderedJson::parse(paper.json));
  }
  return detail::build_page(json, asset_dir);
}

}  // namespace yardstick
