#include "results/run_writer.h"

#include "results/column_codec.h"
#include "results/configuration.h"
#include "results/newest.h"

#include <yardstick/check.h>
#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <span>
#include <utility>

namespace yardstick::detail {
namespace {

using nlohmann::json;

// Names the runs columns once, for the statement and for the order of binding.
constexpr const char* kInsertRun =
    "INSERT INTO runs (id, kind, status, reason, started_at, duration_s, model, weights_tag, task, "
    "split, device, precision, batch_size, eligible, config_params, config_methods, "
    "config_weights, config_device, config_threads, config_profile, config_data, methods, flags, "
    "requested, "
    "effective, provenance) "
    "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";

// Of several runs the one that began last counts, then the one added last; of several values of a
// tag in one run the first. Mostly a newer run measures what an older one did: then nothing that an
// index holds changes, and an UPDATE that does not name it takes half as long.
constexpr const char* kReplaceNewest =
    "UPDATE newest_values SET run = ?4, started_at = ?5, value = ?6, low = ?7, high = ?8, n = ?9 "
    "WHERE configuration = ?1 AND first_quantity = ?2 AND quantity = ?3 "
    "AND (started_at, run) < (?5, ?4)";
constexpr const char* kKeepNewest =
    "INSERT INTO newest_values (configuration, first_quantity, quantity, run, started_at, value, "
    "low, high, n) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT DO UPDATE SET quantity = excluded.quantity, run = excluded.run, "
    "started_at = excluded.started_at, value = excluded.value, low = excluded.low, "
    "high = excluded.high, n = excluded.n "
    "WHERE (excluded.started_at, excluded.run) > (started_at, run)";

std::string or_default(const std::string& text, const char* fallback) {
  return text.empty() ? fallback : text;
}

std::string dump(const json& value) {
  return value.dump(-1, ' ', /*ensure_ascii=*/false, json::error_handler_t::replace);
}

}  // namespace

RunWriter::RunWriter(const Connection& connection)
    : connection_(connection),
      find_run_(connection.prepare("SELECT run FROM runs WHERE id = ?")),
      insert_run_(connection.prepare(kInsertRun)),
      find_configuration_(connection.prepare(
          concat("SELECT configuration FROM configurations WHERE (", kConfigurationColumns,
                 ") = (SELECT ", kConfigurationOfRun, " FROM runs WHERE run = ?)"))),
      insert_configuration_(
          connection.prepare(concat("INSERT INTO configurations (", kConfigurationColumns,
                                    ") SELECT ", kConfigurationOfRun, " FROM runs WHERE run = ?"))),
      find_quantity_(
          connection.prepare("SELECT quantity FROM quantities WHERE tag = ? AND unit = ? AND "
                             "direction = ? AND about = ?")),
      insert_quantity_(connection.prepare(
          "INSERT INTO quantities (tag, unit, direction, about) VALUES (?, ?, ?, ?)")),
      first_quantity_(connection.prepare("SELECT min(quantity) FROM quantities WHERE tag = ?")),
      insert_value_(
          connection.prepare("INSERT INTO measurement_values VALUES (?, ?, ?, ?, ?, ?, ?)")),
      replace_newest_(connection.prepare(kReplaceNewest)),
      keep_newest_(connection.prepare(kKeepNewest)),
      insert_samples_(connection.prepare("INSERT INTO sample_series VALUES (?, ?, ?, ?, ?, ?, ?)")),
      insert_outcomes_(connection.prepare("INSERT INTO outcomes VALUES (?, ?, ?, ?, ?, ?, ?, ?)")) {
}

void RunWriter::forget() { quantities_.clear(); }

bool RunWriter::has(const std::string& id) {
  const bool is_there = find_run_.bind(0, std::string_view(id)).step();
  find_run_.reset();
  return is_there;
}

std::int64_t RunWriter::insert_run(const RunRecord& record) {
  const Configuration configuration = detail::configuration_of(record);
  const std::string methods = or_default(record.methods, "[]");
  const std::string flags = dump(record.flags);
  const std::string requested = or_default(record.requested, "{}");
  const std::string effective = or_default(record.effective, "{}");
  const std::string provenance = dump(record.provenance);
  YS_CHECK(json::accept(requested), requested);
  insert_run_.bind(0, std::string_view(record.id))
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
  return connection_.last_row();
}

// The configuration that the run is of; a new one where it is the first.
std::int64_t RunWriter::configuration_of(std::int64_t run) {
  if (find_configuration_.bind(0, run).step()) {
    const std::int64_t configuration = find_configuration_.integer(0);
    find_configuration_.reset();
    return configuration;
  }
  insert_configuration_.bind(0, run).run();
  return connection_.last_row();
}

const RunWriter::Quantity& RunWriter::quantity_of(const Measurement& measurement) {
  std::vector<Quantity>& known = quantities_[measurement.tag];
  for (const Quantity& quantity : known) {
    if (quantity.unit == measurement.unit && quantity.direction == measurement.direction &&
        quantity.about == measurement.about) {
      return quantity;
    }
  }
  const auto bind = [&measurement](Statement& statement) {
    statement.bind(0, std::string_view(measurement.tag))
        .bind(1, to_string(measurement.unit))
        .bind(2, to_string(measurement.direction))
        .bind(3, std::string_view(measurement.about));
  };
  std::int64_t number = 0;
  bind(find_quantity_);
  if (find_quantity_.step()) {
    number = find_quantity_.integer(0);
    find_quantity_.reset();
  } else {
    bind(insert_quantity_);
    insert_quantity_.run();
    number = connection_.last_row();
  }
  first_quantity_.bind(0, std::string_view(measurement.tag)).step();
  const std::int64_t first = first_quantity_.integer(0);
  first_quantity_.reset();
  return known.emplace_back(
      Quantity{measurement.unit, measurement.direction, measurement.about, number, first});
}

void RunWriter::insert_measurements(std::int64_t run, const RunRecord& record) {
  if (record.measurements.empty()) return;
  const bool counts = record.status == RunStatus::kOk;
  const std::int64_t configuration = counts ? configuration_of(run) : 0;
  std::int64_t position = 0;
  for (const Measurement& measurement : record.measurements) {
    const Quantity& quantity = quantity_of(measurement);
    insert_value_.bind(0, run)
        .bind(1, position++)
        .bind(2, quantity.quantity)
        .bind(3, measurement.value)
        .bind(4, measurement.low)
        .bind(5, measurement.high)
        .bind(6, measurement.n)
        .run();
    if (!counts) continue;
    const auto keep = [&](Statement& statement) {
      statement.bind(0, configuration)
          .bind(1, quantity.first_quantity)
          .bind(2, quantity.quantity)
          .bind(3, run)
          .bind(4, std::string_view(record.started_at))
          .bind(5, measurement.value)
          .bind(6, measurement.low)
          .bind(7, measurement.high)
          .bind(8, measurement.n)
          .run();
    };
    keep(replace_newest_);
    if (connection_.changed_rows() == 0) keep(keep_newest_);
  }
}

void RunWriter::insert_samples(std::int64_t run, const RunRecord& record) {
  std::int64_t position = 0;
  for (const SampleSeries& series : record.samples) {
    const Blob blob = pack(std::span(series.values));
    insert_samples_.bind(0, run)
        .bind(1, position++)
        .bind(2, std::string_view(series.tag))
        .bind(3, to_string(series.unit))
        .bind(4, static_cast<std::int64_t>(series.values.size()))
        .bind(5, kColumnCodec)
        .bind(6, std::span<const std::byte>(blob))
        .run();
  }
}

void RunWriter::insert_outcomes(std::int64_t run, const Outcomes& outcomes) {
  const std::size_t n = outcomes.index.size();
  YS_CHECK(outcomes.target.size() == n && outcomes.prediction.size() == n &&
               outcomes.target_log_prob.size() == n,
           "outcomes of unequal lengths");
  const Blob index = pack_differences(outcomes.index);
  const Blob target = pack(std::span(outcomes.target));
  const Blob prediction = pack(std::span(outcomes.prediction));
  const Blob log_prob = pack(std::span(outcomes.target_log_prob));
  const Blob correct = pack_equal_bits(outcomes.target, outcomes.prediction);
  insert_outcomes_.bind(0, run)
      .bind(1, static_cast<std::int64_t>(n))
      .bind(2, kColumnCodec)
      .bind(3, std::span<const std::byte>(index))
      .bind(4, std::span<const std::byte>(target))
      .bind(5, std::span<const std::byte>(prediction))
      .bind(6, std::span<const std::byte>(log_prob))
      .bind(7, std::span<const std::byte>(correct))
      .run();
}

void RunWriter::write(const RunRecord& record) {
  YS_CHECK(!record.id.empty() && !record.model.empty() && !record.started_at.empty(),
           "a record without id, model or start");
  if (has(record.id)) {
    throw_data(concat("run ", record.id, " is in ", connection_.path(), " already"),
               "a record is added once and never changed");
  }
  const std::int64_t run = insert_run(record);
  insert_measurements(run, record);
  insert_samples(run, record);
  if (record.outcomes) insert_outcomes(run, *record.outcomes);
}

}  // namespace yardstick::detail
