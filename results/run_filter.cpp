#include "results/run_filter.h"

#include "results/condition.h"
#include "results/run_names.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

namespace yardstick::detail {
namespace {

enum class FieldType { kText, kDate, kNumber, kFlags };

struct Field {
  std::string name;
  std::string sql;
  FieldType type = FieldType::kText;
};

// "name=value, name=value" of a JSON object, as display_params writes it.
std::string settings_text_sql(const std::string& json_each_arguments) {
  return concat(
      "(SELECT group_concat(key || '=' || CASE type WHEN 'true' THEN 'true' "
      "WHEN 'false' THEN 'false' WHEN 'null' THEN 'null' ELSE value END, ', ') FROM json_each(",
      json_each_arguments, "))");
}

const std::vector<Field>& fields() {
  static const std::vector<Field> kFields = {
      {"id", "id"},
      {"kind", "kind"},
      {"status", "status"},
      {"reason", "reason"},
      {"started_at", "started_at", FieldType::kDate},
      {"duration", "duration_s", FieldType::kNumber},
      {"model", "model"},
      {"family", "substr(model, 1, instr(model || '_', '_') - 1)"},
      {"params", params_sql()},
      {"weights", weights_sql()},
      {"methods", methods_sql()},
      {"task", "task"},
      {"split", "split"},
      {"data", "config_data"},
      {"device", "device"},
      {"device_name", "config_device"},
      {"precision", "precision"},
      {"batch", "batch_size", FieldType::kNumber},
      {"threads", "config_threads", FieldType::kNumber},
      {"protocol", "config_profile"},
      {"on_leaderboard", "CASE eligible WHEN 1 THEN 'true' ELSE 'false' END"},
      {"flags", "flags", FieldType::kFlags}};
  return kFields;
}

// In SQLite's GLOB a bracket begins a set; in ours it is itself.
std::string sqlite_glob(const std::string& glob) {
  std::string text;
  for (const char c : glob) text += c == '[' ? std::string("[[]") : std::string(1, c);
  return text;
}

bool is_glob(const std::string& text) { return text.find_first_of("*?") != std::string::npos; }

void require_equality(const Condition& condition) {
  if (condition.op == "=" || condition.op == "!=") return;
  throw_user(concat(condition.name, " is text, and ", condition.op, " compares numbers"),
             "use = or !=");
}

// Kinds and statuses are few: a name that is none can match nothing, ever.
void require_known_name(const Condition& condition) {
  if (is_glob(condition.value)) return;
  const bool is_kind = condition.name == "kind";
  if (!is_kind && condition.name != "status") return;
  if (is_kind ? run_kind_from_string(condition.value).has_value()
              : run_status_from_string(condition.value).has_value()) {
    return;
  }
  const std::vector<std::string> names =
      is_kind ? std::vector<std::string>{"train", "eval", "bench"}
              : std::vector<std::string>{"ok", "failed", "skipped", "interrupted"};
  const std::string near = suggestion(condition.value, names);
  throw_user(concat("there is no ", condition.name, " ", condition.value),
             near.empty() ? (is_kind ? "it is train, eval or bench"
                                     : "it is ok, failed, skipped or interrupted")
                          : near);
}

std::vector<std::string> all_tags(const Connection& connection) {
  std::vector<std::string> tags;
  Statement select = connection.prepare("SELECT DISTINCT tag FROM quantities ORDER BY tag");
  while (select.step()) tags.push_back(select.text(0));
  return tags;
}

// A path into a JSON object to the member `name`, as SQLite writes it.
std::string member_path(const std::string& name) {
  if (name.empty() || name.find('"') != std::string::npos) {
    throw_user(concat("no fact and no setting is named ", name.empty() ? "\"\"" : name));
  }
  return concat("$.\"", name, "\"");
}

}  // namespace

std::vector<std::string> run_fields() {
  std::vector<std::string> names;
  for (const Field& field : fields()) names.push_back(field.name);
  return names;
}

bool is_date(std::string_view text) {
  constexpr std::string_view kPattern = "dddd-dd-ddTdd:dd:dd.dddZ";
  if (text.size() < 4 || text.size() > kPattern.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_digit = std::isdigit(static_cast<unsigned char>(text[i])) != 0;
    if (kPattern[i] == 'd' ? !is_digit : text[i] != kPattern[i]) return false;
  }
  return true;
}

std::string params_sql() {
  return concat("coalesce(", settings_text_sql("runs.config_params"), ", '')");
}

std::string methods_sql() {
  return concat(
      "coalesce((SELECT group_concat(json_extract(method.value, '$.name') || coalesce('(' || ",
      settings_text_sql("method.value, '$.params'"),
      " || ')', ''), ' + ') FROM json_each(runs.config_methods) AS method), '')");
}

std::string weights_sql() {
  return "CASE WHEN weights_tag <> '' THEN weights_tag WHEN instr(config_weights, ':') = 0 "
         "THEN config_weights ELSE substr(config_weights, instr(config_weights, ':') + 1, 8) END";
}

RunFilter::RunFilter(const Connection& connection, const std::vector<std::string>& filters)
    : filters_(filters) {
  for (const std::string& filter : filters) {
    if (!sql_.empty()) sql_ += " AND ";
    add(connection, filter);
  }
  if (sql_.empty()) sql_ = "TRUE";
}

std::string RunFilter::parameter(Value value) {
  values_.push_back(std::move(value));
  return concat('?', values_.size());
}

void RunFilter::bind(Statement& statement) const {
  int position = 0;
  for (const Value& value : values_) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      statement.bind(position++, std::string_view(*text));
    } else {
      statement.bind(position++, std::get<double>(value));
    }
  }
}

void RunFilter::add(const Connection& connection, const std::string& filter) {
  const Condition condition = parse_condition(filter);
  const bool is_negated = condition.op == "!=";
  const auto matches = [&](const std::string& sql) {
    require_equality(condition);
    if (!is_glob(condition.value)) {
      return concat(sql, is_negated ? " <> " : " = ", parameter(condition.value));
    }
    return concat(sql, is_negated ? " NOT GLOB " : " GLOB ",
                  parameter(sqlite_glob(condition.value)));
  };
  const auto text_of = [&](const char* column, const std::string& path) {
    return concat("coalesce(CAST(json_extract(", column, ", ", parameter(path), ") AS TEXT), '')");
  };

  for (const std::string_view group : {"provenance.", "settings."}) {
    if (!condition.name.starts_with(group)) continue;
    const std::string name = condition.name.substr(group.size());
    const bool is_setting = group == "settings.";
    const std::string path = member_path(name) + (is_setting ? ".value" : "");
    sql_ += matches(text_of(is_setting ? "effective" : "provenance", path));
    return;
  }

  const auto found = std::find_if(fields().begin(), fields().end(),
                                  [&](const Field& field) { return field.name == condition.name; });
  if (found == fields().end()) {
    std::vector<std::string> known = all_tags(connection);
    if (std::find(known.begin(), known.end(), condition.name) == known.end()) {
      const std::vector<std::string> names = run_fields();
      known.insert(known.end(), names.begin(), names.end());
      const std::string near = suggestion(condition.name, known);
      throw_user(concat("nothing called ", condition.name, " to filter by"),
                 near.empty() ? "`yardstick help results list` has the names" : near);
    }
    sql_ += concat(
        "EXISTS (SELECT 1 FROM measurement_values AS m WHERE m.run = runs.run AND m.quantity IN "
        "(SELECT quantity FROM quantities WHERE tag = ",
        parameter(condition.name), ") AND m.value ", condition.op, " ",
        parameter(number_of(condition)), ")");
    return;
  }

  switch (found->type) {
    case FieldType::kText:
      require_known_name(condition);
      sql_ += matches(found->sql);
      return;
    case FieldType::kNumber:
      sql_ += concat(found->sql, " ", condition.op, " ", parameter(number_of(condition)));
      return;
    case FieldType::kFlags:
      require_equality(condition);
      sql_ += concat(is_negated ? "NOT " : "",
                     "EXISTS (SELECT 1 FROM json_each(runs.flags) AS flag WHERE flag.value GLOB ",
                     parameter(sqlite_glob(condition.value)), ")");
      return;
    case FieldType::kDate:
      break;
  }
  const bool is_equality = condition.op == "=" || is_negated;
  if (!is_date(condition.value) && !(is_equality && is_glob(condition.value))) {
    throw_user(concat("\"", condition.value, "\" is no date to compare ", condition.name, " with"),
               "write it as 2026-11-25, or as much of it as counts");
  }
  if (is_equality) {
    sql_ += concat(found->sql, is_negated ? " NOT GLOB " : " GLOB ",
                   parameter(is_glob(condition.value) ? condition.value : condition.value + "*"));
  } else if (condition.op == "<=") {
    sql_ += concat(found->sql, " <= ", parameter(condition.value + "\x7f"));  // above any digit
  } else {
    sql_ += concat(found->sql, condition.op == "<" ? " < " : " >= ", parameter(condition.value));
  }
}

void RunFilter::refuse_empty(const Connection& connection) const {
  if (connection.integer("SELECT NOT EXISTS (SELECT 1 FROM runs)") != 0) {
    throw_user(concat(connection.path(), " holds no run yet"), "yardstick bench MODEL records one");
  }
  std::string all;
  std::string near;
  for (const std::string& filter : filters_) {
    all += (all.empty() ? "" : " and ") + filter;
    const Condition condition = parse_condition(filter);
    if (!near.empty() || condition.op != "=" ||
        (condition.name != "model" && condition.name != "task")) {
      continue;
    }
    std::vector<std::string> names;
    Statement select = connection.prepare(
        concat("SELECT DISTINCT ", condition.name, " FROM runs WHERE ", condition.name, " <> ''"));
    while (select.step()) names.push_back(select.text(0));
    if (std::find(names.begin(), names.end(), condition.value) == names.end()) {
      near = suggestion(condition.value, names);
    }
  }
  throw_user(concat("no run in ", connection.path(), " has ", all), near);
}

}  // namespace yardstick::detail
