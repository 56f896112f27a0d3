#include "results/leaderboard_filter.h"

#include "results/condition.h"
#include "results/configuration.h"
#include "results/reporters.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace yardstick::detail {
namespace {

bool holds(double value, const std::string& op, double bound) {
  if (op == "=") return value == bound;
  if (op == "!=") return value != bound;
  if (op == "<") return value < bound;
  if (op == "<=") return value <= bound;
  if (op == ">") return value > bound;
  return value >= bound;
}

// What there is to choose from, for a condition that holds nowhere.
std::string choices(const std::string& value, const std::set<std::string>& present) {
  const std::vector<std::string> names(present.begin(), present.end());
  std::string hint = suggestion(value, names);
  if (hint.empty() && !names.empty()) {
    hint = "there is";
    for (std::size_t i = 0; i < names.size() && i < 5; ++i)
      hint += (i == 0 ? " " : ", ") + names[i];
    if (names.size() > 5) hint += concat(" and ", names.size() - 5, " more");
  }
  return hint;
}

void filter_by_text(const Condition& condition, LeaderboardRows& source,
                    std::vector<Candidate*>& rows) {
  if (condition.op != "=" && condition.op != "!=") {
    throw_user(concat(condition.name, " is text, and ", condition.op, " compares numbers"),
               "use = or !=");
  }
  std::vector<Candidate*> kept;
  for (Candidate* row : rows) {
    const bool matches = glob_match(condition.value, source.text(*row, condition.name));
    if (matches == (condition.op == "=")) kept.push_back(row);
  }
  if (kept.empty()) {
    std::set<std::string> present;
    for (Candidate* row : rows) present.insert(source.text(*row, condition.name));
    present.erase("");
    throw_user(concat("no row has ", condition.name, condition.op, condition.value),
               choices(condition.value, present));
  }
  rows = std::move(kept);
}

void filter_by_number(const Condition& condition, const std::vector<const StoredValue*>& column,
                      std::vector<Candidate*>& rows) {
  const double bound = number_of(condition);
  std::optional<double> low, high;
  Unit unit = Unit::kNone;
  std::erase_if(rows, [&](const Candidate* row) {
    const StoredValue* stored = column[row->position];
    const auto value = number_of(stored);
    if (!value) return true;
    unit = stored->quantity->unit;
    low = std::min(low.value_or(*value), *value);
    high = std::max(high.value_or(*value), *value);
    return !holds(*value, condition.op, bound);
  });
  if (!rows.empty()) return;
  throw_user(concat("no row has ", condition.name, condition.op, condition.value),
             low ? concat("its values go from ", format_value(*low, unit), " to ",
                          format_value(*high, unit))
                 : std::string());
}

}  // namespace

std::vector<std::string> text_fields() {
  return {"model", "family", "params", "weights",     "methods",   "task",
          "split", "data",   "device", "device_name", "precision", "protocol"};
}

std::string text_field(const LeaderboardRow& row, const std::string& field) {
  if (field == "model") return row.model;
  if (field == "family") return row.family;
  if (field == "params") return display_params(row.params);
  if (field == "weights") return row.weights;
  if (field == "methods") return display_methods(row.methods);
  if (field == "task") return row.task;
  if (field == "split") return row.split;
  if (field == "data") return row.data;
  if (field == "device") return row.device;
  if (field == "device_name") return row.device_name;
  if (field == "precision") return row.precision;
  if (field == "protocol") return row.protocol;
  return {};
}

std::vector<std::string> tags_of(const std::vector<LeaderboardRow>& rows) {
  std::set<std::string> tags;
  for (const LeaderboardRow& row : rows) {
    for (const auto& [tag, value] : row.values) tags.insert(tag);
  }
  std::vector<std::string> ordered(tags.begin(), tags.end());
  std::sort(ordered.begin(), ordered.end(), natural_less);
  return ordered;
}

std::optional<double> number_of(const StoredValue* value) {
  if (value == nullptr || std::isnan(value->value)) return std::nullopt;
  return value->value;
}

std::string apply_filter(const std::string& filter, LeaderboardRows& source,
                         std::vector<Candidate*>& rows) {
  const Condition condition = parse_condition(filter);
  const auto fields = text_fields();
  if (std::find(fields.begin(), fields.end(), condition.name) != fields.end()) {
    filter_by_text(condition, source, rows);
    return condition.name;
  }
  const auto& column = source.column(condition.name);
  const bool is_measured = std::any_of(rows.begin(), rows.end(), [&column](const Candidate* row) {
    return column[row->position] != nullptr;
  });
  if (!is_measured) {
    std::vector<std::string> known = source.tags_of(rows);
    known.insert(known.end(), fields.begin(), fields.end());
    const std::string near = suggestion(condition.name, known);
    throw_user(concat("nothing called ", condition.name, " to filter by"),
               near.empty() ? "`yardstick leaderboard --format csv` shows every column" : near);
  }
  filter_by_number(condition, column, rows);
  return condition.name;
}

}  // namespace yardstick::detail
