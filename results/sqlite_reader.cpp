#include "results/column_codec.h"
#include "results/run_names.h"
#include "results/store_impl.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <limits>
#include <optional>

namespace yardstick::detail {
namespace {

using nlohmann::json;

[[noreturn]] void throw_damaged(const Connection& connection, const std::string& id,
                                const std::string& what) {
  throw_data(concat(connection.path(), ": run ", id, ": ", what),
             "the file is damaged, or a newer Yardstick wrote the record");
}

template <typename T>
T known(const Connection& connection, const std::string& id, std::optional<T> value,
        const char* what, const std::string& name) {
  if (!value) throw_damaged(connection, id, concat("unknown ", what, " ", name));
  return *value;
}

void check_codec(const Connection& connection, const std::string& id, const std::string& codec) {
  if (codec != kColumnCodec) throw_damaged(connection, id, concat("unknown codec ", codec));
}

RunRecord read_scalars(const Connection& connection, std::int64_t run) {
  Statement select = connection.prepare(
      "SELECT id, kind, status, reason, started_at, duration_s, model, weights_tag, methods, task, "
      "split, device, precision, batch_size, requested, effective, flags, eligible, provenance "
      "FROM runs WHERE run = ?");
  if (!select.bind(0, run).step()) throw_damaged(connection, concat("#", run), "there is none");
  RunRecord record;
  record.id = select.text(0);
  record.kind =
      known(connection, record.id, run_kind_from_string(select.text(1)), "kind", select.text(1));
  record.status = known(connection, record.id, run_status_from_string(select.text(2)), "status",
                        select.text(2));
  record.reason = select.text(3);
  record.started_at = select.text(4);
  record.duration_s = select.real(5);
  record.model = select.text(6);
  record.weights_tag = select.text(7);
  record.methods = select.text(8);
  record.task = select.text(9);
  record.split = select.text(10);
  record.device = select.text(11);
  record.precision = select.text(12);
  record.batch_size = select.integer(13);
  record.requested = select.text(14);
  record.effective = select.text(15);
  record.on_leaderboard = select.integer(17) != 0;
  try {
    record.flags = json::parse(select.text(16)).get<std::vector<std::string>>();
    record.provenance = json::parse(select.text(18)).get<Provenance>();
  } catch (const json::exception&) {
    throw_damaged(connection, record.id, "flags or provenance are not as they were written");
  }
  return record;
}

void read_measurements(const Connection& connection, std::int64_t run, RunRecord& record) {
  Statement select = connection.prepare(
      "SELECT tag, value, low, high, unit, direction, n, about FROM measurement_values "
      "JOIN quantities USING (quantity) WHERE run = ? ORDER BY position");
  select.bind(0, run);
  while (select.step()) record.measurements.push_back(read_measurement(select, 0, connection));
}

void read_samples(const Connection& connection, std::int64_t run, RunRecord& record) {
  Statement select = connection.prepare(
      "SELECT tag, unit, n, codec, data FROM sample_series WHERE run = ? ORDER BY position");
  select.bind(0, run);
  while (select.step()) {
    SampleSeries series;
    series.tag = select.text(0);
    series.unit =
        known(connection, record.id, unit_from_string(select.text(1)), "unit", select.text(1));
    check_codec(connection, record.id, select.text(3));
    series.values =
        unpack_doubles(select.blob(4), select.integer(2),
                       concat(connection.path(), ": run ", record.id, ": samples ", series.tag));
    record.samples.push_back(std::move(series));
  }
}

void read_outcomes(const Connection& connection, std::int64_t run, RunRecord& record) {
  Statement select = connection.prepare(
      "SELECT n, codec, sample_index, target, prediction, target_log_prob FROM outcomes "
      "WHERE run = ?");
  if (!select.bind(0, run).step()) return;
  const std::int64_t n = select.integer(0);
  check_codec(connection, record.id, select.text(1));
  const std::string what = concat(connection.path(), ": run ", record.id, ": outcomes");
  Outcomes outcomes;
  outcomes.index = unpack_differences(select.blob(2), n, what);
  outcomes.target = unpack_int32(select.blob(3), n, what);
  outcomes.prediction = unpack_int32(select.blob(4), n, what);
  outcomes.target_log_prob = unpack_floats(select.blob(5), n, what);
  record.outcomes = std::move(outcomes);
}

}  // namespace

Measurement read_measurement(const Statement& row, int first_column, const Connection& connection) {
  Measurement measurement;
  measurement.tag = row.text(first_column);
  measurement.value =
      row.optional_real(first_column + 1).value_or(std::numeric_limits<double>::quiet_NaN());
  measurement.low = row.optional_real(first_column + 2);
  measurement.high = row.optional_real(first_column + 3);
  const std::string unit = row.text(first_column + 4);
  const std::string direction = row.text(first_column + 5);
  const auto known_unit = unit_from_string(unit);
  const auto known_direction = direction_from_string(direction);
  if (!known_unit || !known_direction) {
    throw_data(concat(connection.path(), ": ", measurement.tag, " has the unknown ",
                      known_unit ? "direction " + direction : "unit " + unit),
               "a newer Yardstick wrote it; use that one");
  }
  measurement.unit = *known_unit;
  measurement.direction = *known_direction;
  measurement.n = row.integer(first_column + 6);
  measurement.about = row.text(first_column + 7);
  return measurement;
}

RunRecord read_run(const Connection& connection, std::int64_t run, PerSample outcomes) {
  RunRecord record = read_scalars(connection, run);
  read_measurements(connection, run, record);
  read_samples(connection, run, record);
  if (outcomes == PerSample::kLoaded) read_outcomes(connection, run, record);
  return record;
}

}  // namespace yardstick::detail
