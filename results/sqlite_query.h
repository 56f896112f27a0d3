#pragma once

#include "results/result_store.h"

#include <yardstick/run.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace yardstick {

using SqlBlob = std::vector<std::byte>;
using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string, SqlBlob>;

struct SqlOutput {
  std::function<void(const std::vector<std::string>& names)> columns;  // once, before the rows
  std::function<bool(const std::vector<SqlValue>& row)> row;           // false: no more are wanted
};

struct SqlLimits {
  StopRequested stop;                       // asked often while SQLite computes
  std::chrono::milliseconds time_limit{0};  // 0: none
};

enum class SqlEnd { kComplete, kStopped, kTimedOut };

// Runs one statement of somebody's SQL, which can only read: SQLite refuses, when it prepares the
// statement, anything that would change this or open another file, and settings that it does not
// only show. Throws User on SQL that SQLite does not take, with its message and the nearest names
// of tables and columns.
SqlEnd query_sql(const ResultStore& store, const std::string& sql, const SqlLimits& limits,
                 const SqlOutput& output);

}  // namespace yardstick
