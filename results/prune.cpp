#include "results/prune.h"

#include "results/finding_records.h"
#include "results/newest.h"
#include "results/run_filter.h"
#include "results/store_impl.h"

#include <yardstick/check.h>
#include <yardstick/error.h>
#include <yardstick/version.h>

#include <array>
#include <charconv>
#include <ctime>
#include <filesystem>
#include <string_view>
#include <utility>

namespace yardstick {
namespace {

using detail::Connection;
using detail::Statement;

// Drops the triggers of a table and puts them back, word for word.
class WithoutTriggers {
 public:
  WithoutTriggers(const Connection& connection, const std::vector<std::string>& tables)
      : connection_(connection) {
    for (const std::string& table : tables) {
      Statement select = connection.prepare(
          "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?");
      select.bind(0, std::string_view(table));
      while (select.step()) {
        names_.push_back(select.text(0));
        definitions_.push_back(select.text(1));
      }
    }
    for (const std::string& name : names_) connection.execute("DROP TRIGGER \"" + name + "\"");
  }

  void restore() const {
    for (const std::string& definition : definitions_) connection_.execute(definition);
  }

 private:
  const Connection& connection_;
  std::vector<std::string> names_;
  std::vector<std::string> definitions_;
};

std::string utc_days_ago(std::int64_t days) {
  const std::time_t seconds = std::time(nullptr) - static_cast<std::time_t>(days * 86'400);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 40> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S.000Z", &utc);
  return text.data();
}

}  // namespace

std::string PruneQuery::text() const {
  std::string text;
  const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  for (const std::string& filter : filters) add(filter);
  if (!before.empty()) add("started before " + before);
  if (keep_newest) add(concat("all but the newest ", *keep_newest, " of each configuration"));
  if (also_shown) add("also what leaderboards show");
  return text;
}

Pruning::Pruning(ResultStore& store, PruneQuery query)
    : connection_(store.impl().connection), query_(std::move(query)) {
  YS_CHECK(store.impl().mode == ResultStore::Mode::kReadWrite);
  if (!query_.has_condition()) {
    throw_user("nothing says which runs to remove",
               "give --older-than, --status, --filter or --keep-newest");
  }
  choose();
  count();
}

void Pruning::choose() {
  const detail::RunFilter filter(connection_, query_.filters);
  connection_.execute(
      "PRAGMA temp_store = MEMORY; DROP TABLE IF EXISTS temp.chosen; "
      "CREATE TEMP TABLE chosen (run INTEGER PRIMARY KEY)");
  std::string where = filter.sql();
  if (!query_.before.empty()) where += concat(" AND started_at < ?", filter.parameters() + 1);
  if (query_.extent == PruneExtent::kSamples) {
    where += " AND (run IN (SELECT run FROM sample_series) OR run IN (SELECT run FROM outcomes))";
  }
  Statement insert =
      connection_.prepare("INSERT INTO temp.chosen SELECT run FROM runs WHERE " + where);
  filter.bind(insert);
  if (!query_.before.empty()) insert.bind(filter.parameters(), std::string_view(query_.before));
  insert.run();
  if (query_.keep_newest) {
    Statement keep = connection_.prepare(concat(
        "DELETE FROM temp.chosen WHERE run IN (SELECT run FROM (SELECT run, row_number() OVER ("
        "PARTITION BY ",
        detail::kConfigurationOfRun,
        ", status = 'ok' ORDER BY started_at DESC, run DESC) AS place FROM runs) WHERE place <= "
        "?)"));
    keep.bind(0, *query_.keep_newest).run();
  }
  if (query_.also_shown) return;
  connection_.execute(
      concat("DELETE FROM temp.chosen WHERE run IN (SELECT run FROM newest_values) OR run IN "
             "(SELECT run FROM runs WHERE ",
             detail::is_finding_record(), ")"));
  counts_.shown = connection_.changed_rows();
}

void Pruning::count() {
  const auto number = [this](const std::string& sql) { return connection_.integer(sql); };
  counts_.runs = number("SELECT count(*) FROM temp.chosen");
  counts_.series = number("SELECT count(*) FROM sample_series WHERE run IN temp.chosen");
  counts_.outcomes = number("SELECT count(*) FROM outcomes WHERE run IN temp.chosen");
  counts_.bytes =
      number("SELECT coalesce(sum(length(data)), 0) FROM sample_series WHERE run IN temp.chosen") +
      number(
          "SELECT coalesce(sum(length(sample_index) + length(target) + length(prediction) + "
          "length(target_log_prob) + length(correct)), 0) FROM outcomes "
          "WHERE run IN temp.chosen");
  if (query_.extent == PruneExtent::kSamples) return;
  constexpr const char* kBytesOfAMeasurement = "30";  // its four numbers and three references
  counts_.bytes += number(
      "SELECT coalesce(sum(length(CAST(provenance AS BLOB)) + length(CAST(effective AS BLOB)) + "
      "length(CAST(requested AS BLOB)) + length(methods) + length(flags) + length(config_params) + "
      "length(config_methods) + 250), 0) FROM runs WHERE run IN temp.chosen");
  counts_.bytes += number(concat("SELECT ", kBytesOfAMeasurement,
                                 " * count(*) FROM measurement_values WHERE run IN temp.chosen"));
}

void Pruning::visit(const std::function<bool(const RunSummary&)>& visit) const {
  Statement select = connection_.prepare(concat("SELECT ", detail::summary_columns(),
                                                " FROM runs WHERE run IN temp.chosen "
                                                "ORDER BY started_at DESC, run DESC"));
  while (select.step()) {
    if (!visit(detail::summary_of(connection_, select))) return;
  }
}

void Pruning::remove() {
  std::vector<std::string> tables = {"sample_series", "outcomes"};
  if (query_.extent == PruneExtent::kRuns) {
    tables.insert(tables.end(), {"measurement_values", "runs"});  // what refers to runs first
  }
  detail::Transaction transaction(connection_);
  const WithoutTriggers without_triggers(connection_, tables);
  for (const std::string& table : tables) {
    connection_.execute("DELETE FROM " + table + " WHERE run IN temp.chosen");
  }
  without_triggers.restore();
  if (query_.extent == PruneExtent::kRuns) detail::rebuild_newest(connection_);
  Statement log = connection_.prepare(
      "INSERT INTO prunings (pruned_at, yardstick, kind, condition, runs_removed, series_removed) "
      "VALUES (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), ?, ?, ?, ?, ?)");
  const std::string condition = query_.text();
  log.bind(0, std::string_view(YARDSTICK_VERSION))
      .bind(1, query_.extent == PruneExtent::kRuns ? "runs" : "samples")
      .bind(2, std::string_view(condition))
      .bind(3, query_.extent == PruneExtent::kRuns ? counts_.runs : std::int64_t{0})
      .bind(4, counts_.series)
      .run();
  transaction.commit();
}

std::pair<std::int64_t, std::int64_t> vacuum(ResultStore& store) {
  const Connection& connection = store.impl().connection;
  const auto bytes = [&connection] {
    return static_cast<std::int64_t>(std::filesystem::file_size(connection.path()));
  };
  // Into the file itself, not only into the log.
  const auto settle = [&connection] { connection.integer("PRAGMA wal_checkpoint(TRUNCATE)"); };
  settle();
  const std::int64_t before = bytes();
  connection.execute("VACUUM");
  settle();
  return {before, bytes()};
}

std::string prune_bound(const std::string& text) {
  std::int64_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  if (error == std::errc() && count >= 0 && count <= 100'000 && (unit == "d" || unit == "w")) {
    const std::int64_t days = unit == "w" ? 7 * count : count;
    return utc_days_ago(days);
  }
  if (detail::is_date(text)) return text;
  throw_user(concat("--older-than takes 180d, 26w or a date as 2026-05-01, not \"", text, "\""));
}

}  // namespace yardstick
