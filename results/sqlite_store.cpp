#include "results/column_codec.h"
#include "results/configuration.h"
#include "results/result_store.h"
#include "results/sqlite_schema.h"
#include "results/store_impl.h"

#include <yardstick/check.h>
#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <utility>

namespace yardstick {
namespace {

using detail::Connection;
using detail::Statement;
using nlohmann::json;

std::string or_default(const std::string& text, const char* fallback) {
  return text.empty() ? fallback : text;
}

std::string dump(const json& value) {
  return value.dump(-1, ' ', /*ensure_ascii=*/false, json::error_handler_t::replace);
}

// Names the runs columns once, for the statement and for the order of binding.
constexpr const char* kInsertRun =
    "INSERT INTO runs (id, kind, status, reason, started_at, duration_s, model, weights_tag, task, "
    "split, device, precision, batch_size, eligible, config_params, config_methods, "
    "config_weights, config_device, config_threads, config_profile, config_data, methods, flags, "
    "requested, "
    "effective, provenance) "
    "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";

std::int64_t insert_run(const Connection& connection, const RunRecord& record) {
  const detail::Configuration configuration = detail::configuration_of(record);
  const std::string methods = or_default(record.methods, "[]");
  const std::string flags = dump(record.flags);
  const std::string requested = or_default(record.requested, "{}");
  const std::string effective = or_default(record.effective, "{}");
  const std::string provenance = dump(record.provenance);
  YS_CHECK(json::accept(requested), requested);
  Statement insert = connection.prepare(kInsertRun);
  insert.bind(0, std::string_view(record.id))
      .bind(1, to_string(record.kind))
      .bind(2, to_string(record.status))
      .bind(3, std::string_view(record.reason))
      .bind(4, std::string_view(record.started_at))
      .bind(5, record.duration_s)
      .bind(6, std::string_view(record.model))
      .bind(7, std::string_view(record.weights_tag))
      .bind(8, std::string_view(record.task))
      .bind(9, std::string_view(record.split))
      .bind(10, std::string_view(record.device))
      .bind(11, std::string_view(record.precision))
      .bind(12, record.batch_size)
      .bind(13, std::int64_t{record.on_leaderboard})
      .bind(14, std::string_view(configuration.params))
      .bind(15, std::string_view(configuration.methods))
      .bind(16, std::string_view(configuration.weights))
      .bind(17, std::string_view(configuration.device))
      .bind(18, configuration.threads)
      .bind(19, std::string_view(configuration.profile))
      .bind(20, std::string_view(configuration.data))
      .bind(21, std::string_view(methods))
      .bind(22, std::string_view(flags))
      .bind(23, std::string_view(requested))
      .bind(24, std::string_view(effective))
      .bind(25, std::string_view(provenance))
      .run();
  return connection.last_row();
}

std::int64_t quantity_of(const Connection& connection, const Measurement& measurement,
                         const std::string& key, std::map<std::string, std::int64_t>& fresh) {
  if (const auto found = fresh.find(key); found != fresh.end()) return found->second;
  const auto bind = [&measurement](Statement& statement) {
    statement.bind(0, std::string_view(measurement.tag))
        .bind(1, to_string(measurement.unit))
        .bind(2, to_string(measurement.direction))
        .bind(3, std::string_view(measurement.about));
  };
  Statement find = connection.prepare(
      "SELECT quantity FROM quantities WHERE tag = ? AND unit = ? AND direction = ? AND about = ?");
  bind(find);
  std::int64_t quantity = 0;
  if (find.step()) {
    quantity = find.integer(0);
  } else {
    Statement insert = connection.prepare(
        "INSERT INTO quantities (tag, unit, direction, about) VALUES (?, ?, ?, ?)");
    bind(insert);
    insert.run();
    quantity = connection.last_row();
  }
  return fresh[key] = quantity;
}

void insert_samples(const Connection& connection, std::int64_t run, const RunRecord& record) {
  if (record.samples.empty()) return;
  Statement insert = connection.prepare("INSERT INTO sample_series VALUES (?, ?, ?, ?, ?, ?, ?)");
  std::int64_t position = 0;
  for (const SampleSeries& series : record.samples) {
    const detail::Blob blob = detail::pack(std::span(series.values));
    insert.bind(0, run)
        .bind(1, position++)
        .bind(2, std::string_view(series.tag))
        .bind(3, to_string(series.unit))
        .bind(4, static_cast<std::int64_t>(series.values.size()))
        .bind(5, detail::kColumnCodec)
        .bind(6, std::span<const std::byte>(blob))
        .run();
  }
}

void insert_outcomes(const Connection& connection, std::int64_t run, const Outcomes& outcomes) {
  const std::size_t n = outcomes.index.size();
  YS_CHECK(outcomes.target.size() == n && outcomes.prediction.size() == n &&
               outcomes.target_log_prob.size() == n,
           "outcomes of unequal lengths");
  const detail::Blob index = detail::pack_differences(outcomes.index);
  const detail::Blob target = detail::pack(std::span(outcomes.target));
  const detail::Blob prediction = detail::pack(std::span(outcomes.prediction));
  const detail::Blob log_prob = detail::pack(std::span(outcomes.target_log_prob));
  const detail::Blob correct = detail::pack_equal_bits(outcomes.target, outcomes.prediction);
  Statement insert = connection.prepare("INSERT INTO outcomes VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind(0, run)
      .bind(1, static_cast<std::int64_t>(n))
      .bind(2, detail::kColumnCodec)
      .bind(3, std::span<const std::byte>(index))
      .bind(4, std::span<const std::byte>(target))
      .bind(5, std::span<const std::byte>(prediction))
      .bind(6, std::span<const std::byte>(log_prob))
      .bind(7, std::span<const std::byte>(correct))
      .run();
}

}  // namespace

ResultStore::Impl::Impl(const std::string& path, Mode open_mode,
                        std::chrono::milliseconds lock_timeout)
    : connection(path,
                 open_mode == Mode::kReadOnly ? Connection::Access::kReadOnly
                                              : Connection::Access::kReadWrite,
                 lock_timeout),
      mode(open_mode) {
  if (mode == Mode::kReadOnly) {
    detail::open_schema_for_reading(connection);
  } else {
    detail::open_schema_for_writing(connection);
  }
}

ResultStore::ResultStore(const std::string& path, Mode mode, std::chrono::milliseconds lock_timeout)
    : impl_(std::make_unique<Impl>(path, mode, lock_timeout)) {}

ResultStore::~ResultStore() = default;

void detail::write_run(const Connection& connection, const RunRecord& record,
                       std::map<std::string, std::int64_t>& quantities) {
  YS_CHECK(!record.id.empty() && !record.model.empty() && !record.started_at.empty(),
           "a record without id, model or start");
  const std::int64_t run = insert_run(connection, record);
  Statement insert =
      connection.prepare("INSERT INTO measurement_values VALUES (?, ?, ?, ?, ?, ?, ?)");
  std::int64_t position = 0;
  for (const Measurement& measurement : record.measurements) {
    const std::string key = concat(measurement.tag, '\n', to_string(measurement.unit), '\n',
                                   to_string(measurement.direction), '\n', measurement.about);
    insert.bind(0, run)
        .bind(1, position++)
        .bind(2, quantity_of(connection, measurement, key, quantities))
        .bind(3, measurement.value)
        .bind(4, measurement.low)
        .bind(5, measurement.high)
        .bind(6, measurement.n)
        .run();
  }
  insert_samples(connection, run, record);
  if (record.outcomes) insert_outcomes(connection, run, *record.outcomes);
}

std::optional<std::int64_t> detail::find_run(const Connection& connection, const std::string& id) {
  Statement find = connection.prepare("SELECT run FROM runs WHERE id = ?");
  if (!find.bind(0, std::string_view(id)).step()) return std::nullopt;
  return find.integer(0);
}

void ResultStore::append(const RunRecord& record) {
  YS_CHECK(impl_->mode == Mode::kReadWrite, "append to a store that was opened for reading");
  const Connection& connection = impl_->connection;
  detail::Transaction transaction(connection);
  if (detail::find_run(connection, record.id)) {
    throw_data(concat("run ", record.id, " is in ", connection.path(), " already"),
               "a record is added once and never changed");
  }
  auto quantities = impl_->quantities;  // kept only if the transaction is
  detail::write_run(connection, record, quantities);
  transaction.commit();
  impl_->quantities = std::move(quantities);
}

RunRecord ResultStore::get(const std::string& id) const {
  const Connection& connection = impl_->connection;
  if (id.empty())
    throw_user("the run id is empty", "`yardstick leaderboard --format json` has ids");
  std::string above = id;
  ++above.back();
  Statement find =
      connection.prepare("SELECT run, id FROM runs WHERE id >= ? AND id < ? ORDER BY id LIMIT 4");
  find.bind(0, std::string_view(id)).bind(1, std::string_view(above));
  std::vector<std::int64_t> runs;
  std::string ids;
  while (find.step()) {
    if (find.text(1) == id)
      return detail::read_run(connection, find.integer(0), detail::PerSample::kLoaded);
    runs.push_back(find.integer(0));
    ids += (ids.empty() ? "" : ", ") + find.text(1);
  }
  if (runs.empty()) {
    throw_user(concat("no run in ", connection.path(), " has an id that begins with ", id),
               "`yardstick leaderboard --format json` has ids");
  }
  if (runs.size() > 1) {
    throw_user(concat("several runs have an id that begins with ", id, ": ", ids,
                      runs.size() == 4 ? ", ..." : ""),
               "give more of its digits");
  }
  return detail::read_run(connection, runs.front(), detail::PerSample::kLoaded);
}

std::int64_t ResultStore::size() const {
  return impl_->connection.integer("SELECT count(*) FROM runs");
}

std::string default_database_path() {
  const char* path = std::getenv("YARDSTICK_DB");
  return path != nullptr && *path != '\0' ? path : "yardstick.db";
}

}  // namespace yardstick
