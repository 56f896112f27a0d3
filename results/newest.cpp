#include "results/newest.h"

#include <yardstick/error.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace yardstick::detail {
namespace {

constexpr int kKeyColumns = 15;

struct Value {
  std::int64_t quantity = 0;
  std::int64_t run = 0;
  std::string started_at;
  std::optional<double> value, low, high;  // no value: not a number
  std::int64_t n = 0;
  bool operator==(const Value&) const = default;
};

using ByTag = std::map<std::int64_t, Value>;  // by the tag's lowest quantity

struct Derived {
  std::int64_t first_run = 0;
  ByTag values;
};

using ByConfiguration = std::unordered_map<std::string, Derived>;

// Equal where all columns are.
std::string key_of(const Statement& row, int first_column) {
  std::string key;
  for (int column = first_column; column < first_column + kKeyColumns; ++column) {
    const std::string text = row.text(column);
    key += std::to_string(text.size());
    key += ':';
    key += text;
  }
  return key;
}

std::unordered_map<std::int64_t, std::int64_t> first_quantities(const Connection& connection) {
  Statement select =
      connection.prepare("SELECT quantity, min(quantity) OVER (PARTITION BY tag) FROM quantities");
  std::unordered_map<std::int64_t, std::int64_t> first;
  while (select.step()) first[select.integer(0)] = select.integer(1);
  return first;
}

void keep_newest(ByTag& values, std::int64_t first_quantity, const Statement& row, std::int64_t run,
                 const std::string& started_at) {
  const auto [found, is_new] = values.try_emplace(first_quantity);
  Value& kept = found->second;
  if (!is_new && std::tie(started_at, run) <= std::tie(kept.started_at, kept.run)) return;
  kept = {.quantity = row.integer(1),
          .run = run,
          .started_at = started_at,
          .value = row.optional_real(2),
          .low = row.optional_real(3),
          .high = row.optional_real(4),
          .n = row.integer(5)};
}

// What the runs say. Both tables are read in the order of runs, side by side: one sort less than a
// join would take.
ByConfiguration derive(const Connection& connection) {
  const auto first_quantity = first_quantities(connection);
  Statement runs = connection.prepare(concat("SELECT run, started_at, ", kConfigurationOfRun,
                                             " FROM runs WHERE status = 'ok' ORDER BY run"));
  Statement values = connection.prepare(
      "SELECT run, quantity, value, low, high, n FROM measurement_values ORDER BY run, position");
  ByConfiguration derived;
  bool has_value = values.step();
  while (has_value && runs.step()) {
    const std::int64_t run = runs.integer(0);
    while (has_value && values.integer(0) < run) has_value = values.step();
    if (!has_value || values.integer(0) != run) continue;
    const std::string started_at = runs.text(1);
    Derived& configuration = derived[key_of(runs, 2)];
    if (configuration.values.empty()) configuration.first_run = run;
    for (; has_value && values.integer(0) == run; has_value = values.step()) {
      const auto found = first_quantity.find(values.integer(1));
      const std::int64_t tag = found == first_quantity.end() ? values.integer(1) : found->second;
      keep_newest(configuration.values, tag, values, run, started_at);
    }
  }
  return derived;
}

}  // namespace

void rebuild_newest(const Connection& connection) {
  const ByConfiguration derived = derive(connection);
  std::map<std::int64_t, const ByTag*> in_order;
  for (const auto& [key, configuration] : derived) {
    in_order[configuration.first_run] = &configuration.values;
  }
  connection.execute("DELETE FROM newest_values; DELETE FROM configurations");
  Statement add =
      connection.prepare(concat("INSERT INTO configurations (", kConfigurationColumns, ") SELECT ",
                                kConfigurationOfRun, " FROM runs WHERE run = ?"));
  Statement insert =
      connection.prepare("INSERT INTO newest_values VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const auto& [first_run, values] : in_order) {
    add.bind(0, first_run).run();
    const std::int64_t configuration = connection.last_row();
    for (const auto& [first_quantity, value] : *values) {
      insert.bind(0, configuration)
          .bind(1, first_quantity)
          .bind(2, value.quantity)
          .bind(3, value.run)
          .bind(4, std::string_view(value.started_at))
          .bind(5, value.value)
          .bind(6, value.low)
          .bind(7, value.high)
          .bind(8, value.n)
          .run();
    }
  }
}

bool newest_is_consistent(const Connection& connection) {
  const Snapshot snapshot(connection);
  const ByConfiguration derived = derive(connection);
  std::unordered_map<std::int64_t, const ByTag*> stored;
  std::size_t expected = 0;
  Statement configurations = connection.prepare(
      concat("SELECT configuration, ", kConfigurationColumns, " FROM configurations"));
  while (configurations.step()) {
    const auto found = derived.find(key_of(configurations, 1));
    if (found == derived.end()) return false;
    stored[configurations.integer(0)] = &found->second.values;
    expected += found->second.values.size();
  }
  if (stored.size() != derived.size()) return false;

  Statement values = connection.prepare(
      "SELECT configuration, quantity, value, low, high, n, run, started_at, first_quantity "
      "FROM newest_values");
  std::size_t present = 0;
  for (; values.step(); ++present) {
    const auto configuration = stored.find(values.integer(0));
    if (configuration == stored.end()) return false;
    const auto found = configuration->second->find(values.integer(8));
    if (found == configuration->second->end()) return false;
    ByTag kept;
    keep_newest(kept, 0, values, values.integer(6), values.text(7));
    if (kept.begin()->second != found->second) return false;
  }
  return present == expected;
}

}  // namespace yardstick::detail
