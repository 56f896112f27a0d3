#pragma once

#include "results/result_store.h"
#include "results/run_writer.h"
#include "results/sqlite_connection.h"

#include <yardstick/run.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace yardstick {

struct ResultStore::Impl {
  Impl(const std::string& path, Mode mode, std::chrono::milliseconds lock_timeout);

  // Made when first needed.
  detail::RunWriter& run_writer();

  detail::Connection connection;
  Mode mode;
  std::optional<detail::RunWriter> writer;
};

namespace detail {

enum class PerSample { kLeftOut, kLoaded };

// The run with this row number, with or without its outcomes. Throws Data where a stored value
// cannot be understood.
RunRecord read_run(const Connection& connection, std::int64_t run, PerSample outcomes);

// The row number of the run with exactly this id.
std::optional<std::int64_t> find_run(const Connection& connection, const std::string& id);

// From eight columns: tag, value, low, high, unit, direction, n, about.
Measurement read_measurement(const Statement& row, int first_column, const Connection& connection);

}  // namespace detail
}  // namespace yardstick
