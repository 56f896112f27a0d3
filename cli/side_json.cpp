#include "cli/side_json.h"

#include "metrics/statistics/interval.h"

#include <nlohmann/json.hpp>

#include <cmath>

namespace yardstick::cli {

using Json = nlohmann::ordered_json;

Json side_json(const SideRuns& side, std::int64_t batch) {
  Json json{{"name", side.times.name},
            {"processes", side.times.process_medians_s.size()},
            {"median_step_s", nullptr},
            {"items_per_s", nullptr},
            {"process_medians_s", side.times.process_medians_s},
            {"runs", side.run_ids},
            {"failures", side.failures}};
  if (!side.times.process_medians_s.empty()) {
    const double step_s = median(side.times.process_medians_s);
    json["median_step_s"] = step_s;
    json["items_per_s"] = static_cast<double>(batch) / step_s;
  }
  return json;
}

Json finite_or_null(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json();
}

}  // namespace yardstick::cli
