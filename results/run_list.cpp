#include "results/run_list.h"

#include "results/configuration.h"
#include "results/run_filter.h"
#include "results/store_impl.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

#include <charconv>
#include <string_view>

namespace yardstick {
namespace detail {
namespace {

// The first pattern that a measurement of the run fits names its headline.
constexpr std::string_view kHeadlines[] = {"accuracy/top1",
                                           "accuracy/*",
                                           "throughput/inference/images",
                                           "throughput/*",
                                           "latency/inference/median",
                                           "*"};

std::optional<Measurement> headline_of(const Connection& connection, std::int64_t run) {
  Statement select = connection.prepare(
      "SELECT tag, value, low, high, unit, direction, n, about FROM measurement_values "
      "JOIN quantities USING (quantity) WHERE run = ? ORDER BY position");
  select.bind(0, run);
  std::optional<Measurement> best;
  std::size_t best_place = std::size(kHeadlines);
  while (select.step()) {
    const std::string tag = select.text(0);
    for (std::size_t place = 0; place < best_place; ++place) {
      if (!glob_match(kHeadlines[place], tag)) continue;
      best = read_measurement(select, 0, connection);
      best_place = place;
    }
    if (best_place == 0) break;
  }
  return best;
}

}  // namespace

std::string summary_columns() {
  return "run, id, kind, status, reason, started_at, duration_s, model, weights_tag, "
         "config_weights, methods, task, split, device, config_device, precision, batch_size, "
         "eligible";
}

RunSummary summary_of(const Connection& connection, const Statement& row) {
  return {.id = row.text(1),
          .kind = row.text(2),
          .status = row.text(3),
          .reason = row.text(4),
          .started_at = row.text(5),
          .duration_s = row.real(6),
          .model = row.text(7),
          .weights = display_weights(row.text(9), row.text(8)),
          .methods = row.text(10),
          .task = row.text(11),
          .split = row.text(12),
          .device = row.text(13),
          .device_name = row.text(14),
          .precision = row.text(15),
          .batch_size = row.integer(16),
          .on_leaderboard = row.integer(17) != 0,
          .headline = headline_of(connection, row.integer(0))};
}

}  // namespace detail

void visit_runs(const ResultStore& store, const RunQuery& query,
                const std::function<bool(const RunSummary&)>& visit) {
  const detail::Connection& connection = store.impl().connection;
  const detail::RunFilter filter(connection, query.filters);
  detail::Statement select =
      connection.prepare(concat("SELECT ", detail::summary_columns(), " FROM runs WHERE ",
                                filter.sql(), " ORDER BY started_at DESC, run DESC LIMIT ",
                                query.limit > 0 ? query.limit : std::int64_t{-1}));
  filter.bind(select);
  bool is_empty = true;
  while (select.step()) {
    is_empty = false;
    if (!visit(detail::summary_of(connection, select))) return;
  }
  if (is_empty) filter.refuse_empty(connection);
}

std::string resolve_run_id(const ResultStore& store, const std::string& text) {
  const std::string position = text == "latest" ? "@1" : text;
  if (!position.starts_with('@')) return text;
  std::int64_t number = 0;
  const char* const end = position.data() + position.size();
  const auto [stop, error] = std::from_chars(position.data() + 1, end, number);
  if (error != std::errc() || stop != end || number < 1) {
    throw_user(concat("cannot understand the run ", text),
               "@1 is the newest run, @2 the one before it");
  }
  const detail::Connection& connection = store.impl().connection;
  detail::Statement select =
      connection.prepare("SELECT id FROM runs ORDER BY started_at DESC, run DESC LIMIT 1 OFFSET ?");
  if (!select.bind(0, number - 1).step()) {
    throw_user(concat(connection.path(), " holds ", store.size(), " runs, not ", number));
  }
  return select.text(0);
}

}  // namespace yardstick
