#include "results/configuration.h"
#include "results/record_json.h"
#include "results/reporters.h"
#include "results/text_layout.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

namespace yardstick {
namespace {

using detail::Align;
using detail::printable;
using Rows = std::vector<std::vector<std::string>>;

void section(std::string& text, const std::string& title, const Rows& rows,
             const std::vector<Align>& aligns) {
  if (rows.empty()) return;
  text += "\n" + title + "\n" + detail::lay_out(rows, aligns, "  ");
}

// Those that somebody or something chose, or all.
Rows setting_rows(const std::string& effective, RecordDetail extent) {
  Rows rows;
  const detail::OrderedJson settings = detail::embedded_json(effective.empty() ? "{}" : effective);
  if (!settings.is_object()) return {{printable(effective), "", ""}};
  for (const auto& [name, setting] : settings.items()) {
    if (setting.is_object() && setting.contains("value")) {
      const std::string origin =
          detail::plain_text(setting.value("origin", detail::OrderedJson("")));
      if (extent == RecordDetail::kBrief && origin == "default") continue;
      rows.push_back(
          {printable(name), printable(detail::plain_text(setting["value"])), printable(origin)});
    } else {
      rows.push_back({printable(name), printable(detail::plain_text(setting)), ""});
    }
  }
  return rows;
}

std::string headline(const RunRecord& record) {
  std::string text = concat(to_string(record.kind), " of ", record.model);
  if (!record.weights_tag.empty()) text += "." + record.weights_tag;
  const std::string methods =
      detail::display_methods(record.methods.empty() ? "[]" : record.methods);
  if (!methods.empty()) text += " + " + methods;
  if (!record.task.empty()) text += " on " + record.task;
  if (!record.split.empty()) text += " (" + record.split + ")";
  return printable(text + ": " + std::string(to_string(record.status)) +
                   (record.reason.empty() ? "" : ", " + record.reason));
}

}  // namespace

std::string record_to_text(const RunRecord& record, RecordDetail extent) {
  std::string text = headline(record) + "\n";
  std::string flags;
  for (const std::string& flag : record.flags) flags += (flags.empty() ? "" : ", ") + flag;
  Rows facts = {{"run", printable(record.id)},
                {"started", printable(record.started_at) + ", took " +
                                format_value(record.duration_s, Unit::kSeconds)},
                {"device", printable(concat(record.device, ", ", record.precision, ", batch ",
                                            record.batch_size))}};
  if (!flags.empty()) facts.push_back({"flags", printable(flags)});
  if (!record.on_leaderboard) facts.push_back({"leaderboard", "kept off"});
  text += detail::lay_out(facts, {Align::kLeft, Align::kLeft}, "  ");

  Rows measurements;
  for (const Measurement& measurement : record.measurements) {
    measurements.push_back({printable(measurement.tag), format_measurement(measurement),
                            measurement.n > 0 ? concat("n = ", measurement.n) : "",
                            printable(measurement.about)});
  }
  section(text, "Measurements", measurements,
          {Align::kLeft, Align::kLeft, Align::kLeft, Align::kLeft});
  section(text, "Settings", setting_rows(record.effective, extent),
          {Align::kLeft, Align::kLeft, Align::kLeft});
  if (extent == RecordDetail::kBrief) return text;
  Rows provenance;
  for (const auto& [key, value] : record.provenance) {
    provenance.push_back({printable(key), printable(value)});
  }
  section(text, "Provenance", provenance, {Align::kLeft, Align::kLeft});
  return text;
}

}  // namespace yardstick
