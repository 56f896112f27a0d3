#include "results/export.h"

#include "results/cell_text.h"
#include "results/record_codec.h"
#include "results/run_filter.h"
#include "results/store_impl.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>

namespace yardstick {
namespace {

using detail::Connection;
using detail::csv_text;
using detail::number_text;
using detail::RunFilter;
using detail::Statement;

struct RunColumn {
  const char* name;
  std::string sql;
};

const std::vector<RunColumn>& run_columns() {
  static const std::vector<RunColumn> kColumns = {
      {"id", "id"},
      {"kind", "kind"},
      {"status", "status"},
      {"reason", "reason"},
      {"started_at", "started_at"},
      {"duration_s", "duration_s"},
      {"model", "model"},
      {"params", detail::params_sql()},
      {"weights", detail::weights_sql()},
      {"methods", detail::methods_sql()},
      {"task", "task"},
      {"split", "split"},
      {"data", "config_data"},
      {"device", "device"},
      {"device_name", "config_device"},
      {"precision", "precision"},
      {"batch_size", "batch_size"},
      {"threads", "config_threads"},
      {"protocol", "config_profile"},
      {"on_leaderboard", "CASE eligible WHEN 1 THEN 'true' ELSE 'false' END"},
      {"flags", "coalesce((SELECT group_concat(value, ' ') FROM json_each(runs.flags)), '')"},
      {"git_commit", "coalesce(json_extract(provenance, '$.git_commit'), '')"}};
  return kColumns;
}

constexpr int kDuration = 5;  // its column: the one number that is not whole

// `run` and the columns above.
std::string select_runs() {
  std::string sql = "SELECT run";
  for (const RunColumn& column : run_columns()) sql += ", " + column.sql;
  return sql + " FROM runs WHERE ";
}

std::string run_cells(const Statement& row) {
  std::string cells;
  for (int i = 0; i < static_cast<int>(run_columns().size()); ++i) {
    if (i > 0) cells += ',';
    cells += i == kDuration ? number_text(row.real(i + 1)) : csv_text(row.text(i + 1));
  }
  return cells;
}

std::string run_titles() {
  std::string titles;
  for (const RunColumn& column : run_columns()) {
    titles += concat(titles.empty() ? "" : ",", column.name);
  }
  return titles;
}

std::string optional_text(const std::optional<double>& value) {
  return value ? number_text(*value) : std::string();
}

Statement measurements_of_a_run(const Connection& connection) {
  return connection.prepare(
      "SELECT tag, value, low, high, unit, direction, n, about FROM measurement_values "
      "JOIN quantities USING (quantity) WHERE run = ? ORDER BY position");
}

class LongLines {
 public:
  LongLines(const Connection& connection, const RunFilter&, std::ostream& out)
      : connection_(connection), measurements_(measurements_of_a_run(connection)), out_(out) {
    out_ << run_titles() << ",tag,value,low,high,unit,direction,n\r\n";
  }

  void add(const Statement& run) {
    const std::string cells = run_cells(run);
    bool is_empty = true;
    measurements_.bind(0, run.integer(0));
    while (measurements_.step()) {
      const Measurement m = detail::read_measurement(measurements_, 0, connection_);
      out_ << cells << ',' << csv_text(m.tag) << ',' << number_text(m.value) << ','
           << optional_text(m.low) << ',' << optional_text(m.high) << ',' << to_string(m.unit)
           << ',' << to_string(m.direction) << ',' << m.n << "\r\n";
      is_empty = false;
    }
    if (is_empty) out_ << cells << ",,,,,,,\r\n";
  }

 private:
  const Connection& connection_;
  Statement measurements_;
  std::ostream& out_;
};

class WideLines {
 public:
  WideLines(const Connection& connection, const RunFilter& filter, std::ostream& out)
      : connection_(connection), measurements_(measurements_of_a_run(connection)), out_(out) {
    Statement tags = connection.prepare(
        concat("SELECT DISTINCT tag FROM quantities WHERE quantity IN (SELECT quantity FROM "
               "measurement_values WHERE run IN (SELECT run FROM runs WHERE ",
               filter.sql(), "))"));
    filter.bind(tags);
    while (tags.step()) tags_.push_back(tags.text(0));
    std::sort(tags_.begin(), tags_.end(), natural_less);
    out_ << run_titles();
    for (const std::string& tag : tags_) {
      for (const char* part : {"", " low", " high"}) out_ << ',' << csv_text(tag + part);
    }
    out_ << "\r\n";
  }

  void add(const Statement& run) {
    std::map<std::string, std::string> cells;
    measurements_.bind(0, run.integer(0));
    while (measurements_.step()) {
      const Measurement m = detail::read_measurement(measurements_, 0, connection_);
      // Of two under one tag the first.
      cells.emplace(m.tag, concat(',', number_text(m.value), ',', optional_text(m.low), ',',
                                  optional_text(m.high)));
    }
    out_ << run_cells(run);
    for (const std::string& tag : tags_) {
      const auto found = cells.find(tag);
      out_ << (found == cells.end() ? ",,," : found->second);
    }
    out_ << "\r\n";
  }

 private:
  const Connection& connection_;
  Statement measurements_;
  std::ostream& out_;
  std::vector<std::string> tags_;
};

// Calls `add` for each run of `select` and counts them.
template <typename Add>
std::int64_t each_run(const Connection& connection, const RunFilter& filter, Statement select,
                      const std::ostream& out, const StopRequested& stop, const Add& add) {
  filter.bind(select);
  std::int64_t count = 0;
  while (select.step()) {
    if (!out || (stop && stop())) return count;
    add(select);
    ++count;
  }
  if (count == 0) filter.refuse_empty(connection);
  return count;
}

void require_a_run(const Connection& connection, const RunFilter& filter) {
  Statement any = connection.prepare(concat("SELECT 1 FROM runs WHERE ", filter.sql(), " LIMIT 1"));
  filter.bind(any);
  if (!any.step()) filter.refuse_empty(connection);
}

template <typename Lines>
std::int64_t export_lines(const Connection& connection, const RunFilter& filter, std::ostream& out,
                          const StopRequested& stop) {
  require_a_run(connection, filter);  // before there is a first line
  Lines lines(connection, filter, out);
  return each_run(connection, filter,
                  connection.prepare(select_runs() + filter.sql() + " ORDER BY run"), out, stop,
                  [&lines](const Statement& run) { lines.add(run); });
}

}  // namespace

std::int64_t export_json_lines(const ResultStore& store, const std::vector<std::string>& filters,
                               std::ostream& out, const StopRequested& stop) {
  const Connection& connection = store.impl().connection;
  const detail::Snapshot snapshot(connection);
  const RunFilter filter(connection, filters);
  return each_run(
      connection, filter,
      connection.prepare(concat("SELECT run FROM runs WHERE ", filter.sql(), " ORDER BY run")), out,
      stop, [&](const Statement& row) {
        out << encode_record(
                   detail::read_run(connection, row.integer(0), detail::PerSample::kLoaded))
            << '\n';
      });
}

std::int64_t export_csv(const ResultStore& store, const std::vector<std::string>& filters,
                        CsvShape shape, std::ostream& out, const StopRequested& stop) {
  const Connection& connection = store.impl().connection;
  const detail::Snapshot snapshot(connection);
  const RunFilter filter(connection, filters);
  return shape == CsvShape::kLong ? export_lines<LongLines>(connection, filter, out, stop)
                                  : export_lines<WideLines>(connection, filter, out, stop);
}

}  // namespace yardstick
