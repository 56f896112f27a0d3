#include "results/sqlite_query.h"

#include "results/store_impl.h"
#include "results/text_layout.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

namespace yardstick {
namespace {

using Clock = std::chrono::steady_clock;
using detail::Connection;

struct Finalize {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using Prepared = std::unique_ptr<sqlite3_stmt, Finalize>;

// Pragmas that show and cannot set, whatever stands behind them.
constexpr std::array<std::string_view, 14> kShowingPragmas = {
    "collation_list", "compile_options", "database_list", "foreign_key_check", "foreign_key_list",
    "function_list",  "index_info",      "index_list",    "index_xinfo",       "integrity_check",
    "quick_check",    "table_info",      "table_list",    "table_xinfo"};
// Those that set where they are given a value.
constexpr std::array<std::string_view, 8> kPlainPragmas = {
    "application_id", "encoding",  "freelist_count", "journal_mode",
    "page_count",     "page_size", "schema_version", "user_version"};

bool holds(const auto& names, const char* name) {
  return name != nullptr &&
         std::find(names.begin(), names.end(), std::string_view(name)) != names.end();
}

int authorize(void*, int action, const char* first, const char* second, const char*, const char*) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_UPDATE:
      // SQLite asks this when it meets a table-valued function such as json_each for the first
      // time. A statement that says so itself is refused: the schema may not be written.
      return first != nullptr && std::string_view(first) == "sqlite_master" ? SQLITE_OK
                                                                            : SQLITE_DENY;
    case SQLITE_FUNCTION:
      return second != nullptr && std::string_view(second) == "load_extension" ? SQLITE_DENY
                                                                               : SQLITE_OK;
    case SQLITE_PRAGMA:
      return holds(kShowingPragmas, first) || (second == nullptr && holds(kPlainPragmas, first))
                 ? SQLITE_OK
                 : SQLITE_DENY;
    default:  // everything that changes something, and what a newer SQLite has on top
      return SQLITE_DENY;
  }
}

// Guards a connection while somebody's SQL runs on it.
class Guard {
 public:
  Guard(sqlite3* connection, const SqlLimits& limits) : connection_(connection), limits_(limits) {
    sqlite3_set_authorizer(connection, authorize, nullptr);
    constexpr int kSteps = 10'000;  // of SQLite's machine: well under a millisecond
    sqlite3_progress_handler(connection, kSteps, on_progress, this);
  }
  ~Guard() {
    sqlite3_set_authorizer(connection_, nullptr, nullptr);
    sqlite3_progress_handler(connection_, 0, nullptr, nullptr);
  }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  // Why it has to end, if it has.
  SqlEnd end() {
    if (limits_.stop && limits_.stop()) {
      end_ = SqlEnd::kStopped;
    } else if (limits_.time_limit.count() > 0 && Clock::now() - began_ >= limits_.time_limit) {
      end_ = SqlEnd::kTimedOut;
    }
    return end_;
  }

 private:
  static int on_progress(void* self) {
    return static_cast<Guard*>(self)->end() == SqlEnd::kComplete ? 0 : 1;
  }

  sqlite3* connection_;
  const SqlLimits& limits_;
  Clock::time_point began_ = Clock::now();
  SqlEnd end_ = SqlEnd::kComplete;
};

std::vector<std::string> names_of(const Connection& connection, const char* sql) {
  std::vector<std::string> names;
  detail::Statement select = connection.prepare(sql);
  while (select.step()) names.push_back(select.text(0));
  return names;
}

constexpr const char* kTables =
    "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' "
    "ORDER BY type DESC, name";
constexpr const char* kColumns =
    "SELECT DISTINCT c.name FROM sqlite_schema AS s, pragma_table_info(s.name) AS c "
    "WHERE s.type IN ('table', 'view') AND s.name NOT LIKE 'sqlite_%'";

// The name behind `prefix` in SQLite's message, without what qualifies it.
std::string name_behind(const std::string& message, const std::string& prefix) {
  if (!message.starts_with(prefix)) return {};
  const std::string name = message.substr(prefix.size());
  return name.substr(name.rfind('.') + 1);
}

std::string remedy(const Connection& connection, const std::string& message) {
  if (const auto table = name_behind(message, "no such table: "); !table.empty()) {
    const std::vector<std::string> names = names_of(connection, kTables);
    const std::string near = suggestion(table, names);
    return near.empty() ? "there are " + detail::joined(names, ", ") : near;
  }
  if (const auto column = name_behind(message, "no such column: "); !column.empty()) {
    const std::string near = suggestion(column, names_of(connection, kColumns));
    return near.empty()
               ? "`yardstick results query 'PRAGMA table_info(runs)'` lists the columns of "
                 "a table; texts stand in 'single quotes'"
               : near;
  }
  return {};
}

[[noreturn]] void refuse(const Connection& connection) {
  const int code = sqlite3_errcode(connection.handle()) & 0xff;
  // A piece of the SQL may be part of it, with line ends and all.
  const std::string message = detail::printable(sqlite3_errmsg(connection.handle()));
  if (code == SQLITE_AUTH) {
    throw_user(concat("`results query` only reads: ", message),
               "SELECT, WITH, VALUES, EXPLAIN and pragmas that show something are taken");
  }
  if (code != SQLITE_ERROR) connection.fail(code);
  throw_user(concat("SQLite does not take this: ", message), remedy(connection, message));
}

// The one statement of `sql`, which reads.
Prepared prepare(const Connection& connection, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const char* tail = nullptr;
  int code = sqlite3_prepare_v2(connection.handle(), sql.c_str(), static_cast<int>(sql.size() + 1),
                                &statement, &tail);
  Prepared prepared(statement);
  if (code != SQLITE_OK) refuse(connection);
  if (!prepared) throw_user("there is no SQL to run", "as \"SELECT count(*) FROM runs\"");
  sqlite3_stmt* next = nullptr;
  code = sqlite3_prepare_v2(connection.handle(), tail, -1, &next, nullptr);
  const Prepared second(next);
  if (code != SQLITE_OK || second) {
    throw_user("`results query` takes one statement, and this is more than one",
               "call it once for each");
  }
  if (sqlite3_stmt_readonly(prepared.get()) == 0) {
    throw_user("`results query` only reads, and this statement writes");
  }
  if (sqlite3_bind_parameter_count(prepared.get()) > 0) {
    throw_user("the SQL has a parameter (?) and there is nothing to put there",
               "write the value itself");
  }
  return prepared;
}

SqlValue value_of(sqlite3_stmt* row, int column) {
  const auto bytes = [row, column] {
    return static_cast<std::size_t>(sqlite3_column_bytes(row, column));
  };
  switch (sqlite3_column_type(row, column)) {
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(row, column)};
    case SQLITE_FLOAT:
      return sqlite3_column_double(row, column);
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
      return text == nullptr ? std::string() : std::string(text, bytes());
    }
    case SQLITE_BLOB: {
      const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(row, column));
      return data == nullptr ? SqlBlob() : SqlBlob(data, data + bytes());
    }
    default:
      return std::monostate();
  }
}

}  // namespace

SqlEnd query_sql(const ResultStore& store, const std::string& sql, const SqlLimits& limits,
                 const SqlOutput& output) {
  const Connection& connection = store.impl().connection;
  if (sql.find('\0') != std::string::npos) throw_user("the SQL has a NUL character in it");
  Guard guard(connection.handle(), limits);
  const Prepared statement = prepare(connection, sql);
  const int columns = sqlite3_column_count(statement.get());
  std::vector<std::string> names;
  for (int i = 0; i < columns; ++i) {
    const char* name = sqlite3_column_name(statement.get(), i);
    names.emplace_back(name == nullptr ? "" : name);
  }
  output.columns(names);
  std::vector<SqlValue> row(static_cast<std::size_t>(columns));
  while (true) {
    const int code = sqlite3_step(statement.get());
    if (code == SQLITE_DONE) return SqlEnd::kComplete;
    if (code != SQLITE_ROW) {
      if ((code & 0xff) == SQLITE_INTERRUPT) return guard.end();
      refuse(connection);
    }
    for (int i = 0; i < columns; ++i) {
      row[static_cast<std::size_t>(i)] = value_of(statement.get(), i);
    }
    if (!output.row(row)) return SqlEnd::kComplete;
    if (const SqlEnd end = guard.end(); end != SqlEnd::kComplete) return end;
  }
}

}  // namespace yardstick
