#include "results/leaderboard_layout.h"

#include "results/configuration.h"

#include <yardstick/error.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace yardstick::detail {
namespace {

std::string machine(const LeaderboardRow& row) {
  return row.device_name.empty() ? row.device : row.device_name;
}

std::vector<Field> fields_of(const Leaderboard& board, const MethodTexts& methods) {
  std::set<std::string> machines;
  std::set<std::pair<std::string, std::string>> devices;
  for (const LeaderboardRow& row : board.rows) {
    machines.insert(machine(row));
    devices.emplace(machine(row), row.device);
  }
  std::vector<Field> fields = {
      {.title = "parameters",
       .text = [](const LeaderboardRow& row) { return display_params(row.params); },
       .is_of_model = true},
      {"weights", [](const LeaderboardRow& row) { return row.weights; }},
      {"methods", [methods](const LeaderboardRow& row) { return methods.text(row.methods); }},
      {"machine", machine},
      {"threads",
       [](const LeaderboardRow& row) { return row.threads > 0 ? concat(row.threads) : ""; }, true},
      {"precision", [](const LeaderboardRow& row) { return row.precision; }},
      {"protocol", [](const LeaderboardRow& row) { return row.protocol; }, true},
  };
  // One of several equal GPUs.
  if (devices.size() > machines.size()) {
    fields.push_back({"device", [](const LeaderboardRow& row) { return row.device; }});
  }
  if (!board.is_by_task) fields.insert(fields.begin(), {"task", contest_title});
  return fields;
}

std::set<std::string> values_of(const Field& field, const std::vector<LeaderboardRow>& rows) {
  std::set<std::string> values;
  for (const LeaderboardRow& row : rows) values.insert(field.text(row));
  return values;
}

// Whether the model's name says what the field does.
bool follows_from_model(const Field& field, const std::vector<LeaderboardRow>& rows) {
  std::map<std::string, std::string> by_model;
  return field.is_of_model && std::all_of(rows.begin(), rows.end(), [&](const auto& row) {
           const std::string text = field.text(row);
           return by_model.emplace(row.model, text).first->second == text;
         });
}

}  // namespace

MethodTexts method_texts(const std::vector<LeaderboardRow>& rows) {
  std::vector<std::string> all;
  for (const LeaderboardRow& row : rows) all.push_back(row.methods);
  return MethodTexts(all);
}

FieldLayout lay_out_fields(const Leaderboard& board) {
  FieldLayout layout;
  const MethodTexts methods = method_texts(board.rows);
  for (const Field& field : fields_of(board, methods)) {
    std::set<std::string> values = values_of(field, board.rows);
    // Rows without a bench figure have no threads and no protocol; that tells nothing apart.
    if (field.is_of_speed && values.size() > 1) values.erase("");
    if (values.size() > 1) {
      if (!follows_from_model(field, board.rows)) layout.columns.push_back(field);
    } else if (!values.begin()->empty()) {
      layout.common.push_back(concat(field.title, " ", *values.begin()));
    }
  }
  for (const std::string& same : methods.left_out()) layout.common.push_back(same);
  return layout;
}

ValueColumn value_column(const Leaderboard& board, const std::string& tag,
                         const LeaderboardStyle& style) {
  ValueColumn column{.tag = tag};
  const auto common = common_batch(board, tag);
  column.batch = common.value_or(0);
  for (const LeaderboardRow& row : board.rows) {
    const auto found = row.values.find(tag);
    column.values.push_back(found == row.values.end() ? nullptr : &found->second);
    const auto batch = row.batch.find(tag);
    column.batches.push_back(common || batch == row.batch.end() ? 0 : batch->second);
  }
  column.cells = column_text(column.values);
  std::set<std::string> units;
  for (std::size_t i = 0; i < column.cells.size(); ++i) {
    if (column.values[i] == nullptr) continue;
    column.cells[i].unit = unit_with_item(column.cells[i].unit, *column.values[i]);
    column.direction = column.values[i]->direction;
    units.insert(column.cells[i].unit);
  }
  if (units.size() == 1) column.unit = *units.begin();
  for (MeasurementText& cell : column.cells) {
    if (units.size() == 1) cell.unit.clear();
    if (!style.has_intervals) cell.interval.clear();
  }
  return column;
}

std::optional<std::int64_t> common_batch(const Leaderboard& board, const std::string& tag) {
  std::optional<std::int64_t> common;
  for (const LeaderboardRow& row : board.rows) {
    if (!row.values.contains(tag)) continue;
    const auto found = row.batch.find(tag);
    const std::int64_t batch = found == row.batch.end() ? 0 : found->second;
    if (common && *common != batch) return std::nullopt;
    common = batch;
  }
  return common.value_or(0);
}

std::string rank_text(const LeaderboardRow& row) {
  return row.rank > 0 ? concat(row.rank) : std::string("-");
}

bool has_notes(const Leaderboard& board) {
  return std::any_of(board.rows.begin(), board.rows.end(),
                     [](const LeaderboardRow& row) { return !row.flags.empty(); });
}

bool has_interval(const Leaderboard& board, const LeaderboardStyle& style) {
  const auto has_one = [&board](const LeaderboardRow& row) {
    return std::any_of(board.columns.begin(), board.columns.end(), [&row](const std::string& tag) {
      const auto found = row.values.find(tag);
      return found != row.values.end() && found->second.low && found->second.high;
    });
  };
  return style.has_intervals && std::any_of(board.rows.begin(), board.rows.end(), has_one);
}

bool begins_section(const Leaderboard& board, std::size_t i) {
  if (i == 0 || !board.is_by_task) return i == 0;
  return contest_title(board.rows[i]) != contest_title(board.rows[i - 1]) ||
         board.rows[i].data != board.rows[i - 1].data;
}

bool has_titles(const Leaderboard& board) {
  return board.is_by_task &&
         std::any_of(board.rows.begin(), board.rows.end(),
                     [](const LeaderboardRow& row) { return !row.task.empty(); });
}

std::string contest_title(const LeaderboardRow& row) {
  if (row.task.empty()) return "speed alone";
  return row.split.empty() ? row.task : concat(row.task, " (", row.split, ")");
}

}  // namespace yardstick::detail
