#include "results/leaderboard_json.h"

#include <nlohmann/json.hpp>

namespace yardstick::detail {
namespace {

OrderedJson row_json(const LeaderboardRow& row) {
  OrderedJson json = {
      {"rank", row.rank > 0 ? OrderedJson(row.rank) : OrderedJson(nullptr)},
      {"model", row.model},
      {"family", row.family},
      {"params", embedded_json(row.params)},
      {"weights", row.weights},
      {"methods", embedded_json(row.methods)},
      {"task", row.task},
      {"split", row.split},
      {"data", row.data},
      {"device", row.device},
      {"device_name", row.device_name},
      {"precision", row.precision},
      {"threads", row.threads > 0 ? OrderedJson(row.threads) : OrderedJson(nullptr)},
      {"protocol", row.protocol},
      {"newest", row.newest},
      {"values", OrderedJson::object()},
      {"flags", row.flags},
      {"runs", row.run_ids}};
  for (const auto& [tag, measurement] : row.values) {
    OrderedJson value = measurement_json(measurement);
    value.erase("tag");
    const auto batch = row.batch.find(tag);
    value["bench"] = batch != row.batch.end();
    const bool has_batch = batch != row.batch.end() && batch->second > 0;
    value["batch"] = has_batch ? OrderedJson(batch->second) : OrderedJson(nullptr);
    json["values"][tag] = std::move(value);
  }
  return json;
}

}  // namespace

OrderedJson leaderboard_json(const Leaderboard& board) {
  OrderedJson json = {
      {"schema", 1},
      {"query",
       {{"task", board.query.task},
        {"sort", board.query.sort},
        {"filters", board.query.filters},
        {"group", board.query.group},
        {"include_ineligible", board.query.include_ineligible},
        {"limit", board.query.limit > 0 ? OrderedJson(board.query.limit) : OrderedJson(nullptr)}}},
      {"columns", board.columns},
      {"is_by_task", board.is_by_task},
      {"rows", OrderedJson::array()}};
  for (const LeaderboardRow& row : board.rows) json["rows"].push_back(row_json(row));
  return json;
}

}  // namespace yardstick::detail
