#include "results/run_diff.h"

#include "results/configuration.h"
#include "results/record_json.h"
#include "results/text_layout.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace yardstick {
namespace {

// Provenance that says how a run was measured, not where and with what.
constexpr std::string_view kProtocolKeys[] = {"protocol", "inputs", "processes", "sweep_suite",
                                              "sweep_cell"};

struct Setting {
  std::string value;
  std::string origin;
};

std::map<std::string, Setting> settings_of(const RunRecord& record) {
  std::map<std::string, Setting> settings;
  const detail::OrderedJson json =
      detail::embedded_json(record.effective.empty() ? "{}" : record.effective);
  if (!json.is_object()) return settings;
  for (const auto& [name, setting] : json.items()) {
    if (setting.is_object() && setting.contains("value")) {
      settings[name] = {detail::plain_text(setting["value"]),
                        detail::plain_text(setting.value("origin", detail::OrderedJson("")))};
    } else {
      settings[name] = {detail::plain_text(setting), ""};
    }
  }
  return settings;
}

std::vector<FactDifference> run_facts(const RunRecord& a, const RunRecord& b) {
  const auto both = [&](const char* name, const auto& text) {
    return FactDifference{name, text(a), text(b), "", ""};
  };
  using Run = const RunRecord&;
  return {
      both("kind", [](Run run) { return std::string(to_string(run.kind)); }),
      both("status", [](Run run) { return std::string(to_string(run.status)); }),
      both("reason", [](Run run) { return run.reason; }),
      both("model", [](Run run) { return run.model; }),
      both("methods",
           [](Run run) {
             return detail::display_methods(run.methods.empty() ? "[]" : run.methods);
           }),
      both("weights", [](Run run) { return run.weights_tag; }),
      both("task", [](Run run) { return run.task; }),
      both("split", [](Run run) { return run.split; }),
      both("device", [](Run run) { return run.device; }),
      both("precision", [](Run run) { return run.precision; }),
      both("batch", [](Run run) { return concat(run.batch_size); }),
      both("flags", [](Run run) { return detail::joined(run.flags, ", "); }),
      both("on leaderboards", [](Run run) { return run.on_leaderboard ? "yes" : "no"; }),
  };
}

std::vector<FactDifference> setting_facts(const RunRecord& a, const RunRecord& b) {
  const auto settings_a = settings_of(a);
  const auto settings_b = settings_of(b);
  std::set<std::string> names;
  for (const auto* settings : {&settings_a, &settings_b}) {
    for (const auto& [name, setting] : *settings) names.insert(name);
  }
  std::vector<FactDifference> facts;
  for (const std::string& name : names) {
    const auto in = [&name](const auto& settings) {
      const auto found = settings.find(name);
      return found == settings.end() ? Setting() : found->second;
    };
    const Setting of_a = in(settings_a);
    const Setting of_b = in(settings_b);
    facts.push_back({name, of_a.value, of_b.value, of_a.origin, of_b.origin});
  }
  return facts;
}

void add_provenance(const RunRecord& a, const RunRecord& b, RunDifference& difference) {
  Provenance all = a.provenance;
  all.insert(b.provenance.begin(), b.provenance.end());
  for (const auto& [key, ignored] : all) {
    const auto in = [&name = key](const Provenance& facts) {
      const auto found = facts.find(name);
      return found == facts.end() ? std::string() : found->second;
    };
    const bool is_protocol = std::find(std::begin(kProtocolKeys), std::end(kProtocolKeys), key) !=
                             std::end(kProtocolKeys);
    (is_protocol ? difference.protocol : difference.environment)
        .push_back({key, in(a.provenance), in(b.provenance), "", ""});
  }
}

const Measurement* find(const RunRecord& record, const std::string& tag) {
  const auto found =
      std::find_if(record.measurements.begin(), record.measurements.end(),
                   [&tag](const Measurement& measurement) { return measurement.tag == tag; });
  return found == record.measurements.end() ? nullptr : &*found;
}

}  // namespace

bool MeasurementDifference::is_equal() const {
  return a && b && a->unit == b->unit &&
         (a->value == b->value || (std::isnan(a->value) && std::isnan(b->value))) &&
         a->low == b->low && a->high == b->high;
}

std::optional<double> MeasurementDifference::relative() const {
  if (!a || !b || a->unit != b->unit || a->value == 0) return std::nullopt;
  const double relative = (b->value - a->value) / std::abs(a->value);
  return std::isfinite(relative) ? std::optional(relative) : std::nullopt;
}

std::optional<bool> MeasurementDifference::intervals_overlap() const {
  if (!a || !b || !a->low || !a->high || !b->low || !b->high || a->unit != b->unit) {
    return std::nullopt;
  }
  return *a->low <= *b->high && *b->low <= *a->high;
}

RunDifference diff_runs(const RunRecord& a, const RunRecord& b) {
  RunDifference difference;
  difference.run = run_facts(a, b);
  difference.settings = setting_facts(a, b);
  add_provenance(a, b, difference);
  std::set<std::string> seen;
  for (const RunRecord* record : {&a, &b}) {
    for (const Measurement& measurement : record->measurements) {
      if (!seen.insert(measurement.tag).second) continue;
      MeasurementDifference one{.tag = measurement.tag, .a = {}, .b = {}};
      if (const Measurement* of_a = find(a, measurement.tag)) one.a = *of_a;
      if (const Measurement* of_b = find(b, measurement.tag)) one.b = *of_b;
      difference.measurements.push_back(std::move(one));
    }
  }
  return difference;
}

}  // namespace yardstick
