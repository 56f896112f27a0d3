#include "results/sweep_lookup.h"

#include "results/run_names.h"
#include "results/store_impl.h"

#include <yardstick/error.h>

#include <string_view>

namespace yardstick {
namespace {

// The first value of a measurement of the run in the outer query.
std::string value_of(const std::string& tag) {
  return concat(
      "(SELECT value FROM measurement_values JOIN quantities USING (quantity) "
      "WHERE measurement_values.run = runs.run AND tag = '",
      tag, "' LIMIT 1)");
}

std::string provenance(const char* key) {
  return concat("json_extract(provenance, '$.", key, "')");
}

}  // namespace

std::vector<SweepRun> sweep_runs(const ResultStore& store, const std::string& sweep) {
  detail::Statement select = store.impl().connection.prepare(concat(
      "SELECT id, coalesce(", provenance(kSweepCellKey), ", ''), CAST(coalesce(",
      provenance(kSweepRepeatKey), ", '0') AS INTEGER), status, reason, duration_s, coalesce(",
      value_of("time/inference/step"), ", ", value_of("time/training/step"), "), coalesce(",
      provenance("binary_sha256"), ", '') FROM runs WHERE ", provenance(kSweepKey),
      " = ? ORDER BY run"));
  select.bind(0, std::string_view(sweep));
  std::vector<SweepRun> runs;
  while (select.step()) {
    runs.push_back(
        {.id = select.text(0),
         .cell = select.text(1),
         .repeat = select.integer(2),
         .status = detail::run_status_from_string(select.text(3)).value_or(RunStatus::kFailed),
         .reason = select.text(4),
         .duration_s = select.real(5),
         .step_s = select.optional_real(6),
         .binary_sha256 = select.text(7)});
  }
  return runs;
}

std::optional<std::string> newest_sweep(const ResultStore& store, const std::string& suite) {
  detail::Statement select = store.impl().connection.prepare(
      concat("SELECT ", provenance(kSweepKey), " FROM runs WHERE ", provenance(kSweepSuiteKey),
             " = ? AND ", provenance(kSweepKey),
             " IS NOT NULL ORDER BY started_at DESC, run DESC LIMIT 1"));
  if (!select.bind(0, std::string_view(suite)).step()) return std::nullopt;
  return select.text(0);
}

std::map<std::string, double> mean_cell_durations_s(const ResultStore& store) {
  const std::string cell = provenance(kSweepCellKey);
  detail::Statement select = store.impl().connection.prepare(
      concat("SELECT ", cell, ", avg(duration_s) FROM runs WHERE status = 'ok' AND ", cell,
             " IS NOT NULL GROUP BY 1"));
  std::map<std::string, double> durations;
  while (select.step()) durations[select.text(0)] = select.real(1);
  return durations;
}

}  // namespace yardstick
