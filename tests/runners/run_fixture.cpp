#include "tests/runners/run_fixture.h"

#include "metrics/builtin_metrics.h"

#include <yardstick/registry.h>

#include <limits>

namespace yardstick::test {

std::vector<std::unique_ptr<Metric>> classification_metrics() {
  Registrar registrar;
  register_builtin_metrics(registrar);
  std::vector<std::unique_ptr<Metric>> metrics;
  metrics.push_back(registrar.metrics.get("classification").build());
  return metrics;
}

std::optional<Measurement> find_measurement(const RunRecord& record, const std::string& tag) {
  for (const Measurement& measurement : record.measurements) {
    if (measurement.tag == tag) return measurement;
  }
  return std::nullopt;
}

double value_of(const RunRecord& record, const std::string& tag) {
  const auto found = find_measurement(record, tag);
  return found ? found->value : std::numeric_limits<double>::quiet_NaN();
}

Subject subject_of(Model& model, const ModelEntry& entry) {
  return {model, Params(entry.schema), "", "", "", "[]", entry.info.preprocessing};
}

}  // namespace yardstick::test
