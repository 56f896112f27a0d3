#pragma once

#include <yardstick/run.h>

#include <string>
#include <vector>

namespace yardstick {

// "84.50 %", "12.3 ms", "5.72 M", "22.9 MiB".
std::string format_value(double value, Unit unit);

// With the interval, and with as many digits as the interval bears: "95.2 % [93.7, 96.4]",
// "312 images/s [308, 316]".
std::string format_measurement(const Measurement& measurement);

// The same in parts, for tables: "95.2", "%", "[93.7, 96.4]". Without an interval the last is
// empty.
struct MeasurementText {
  std::string value;
  std::string unit;  // "/s" where a tag names the items
  std::string interval;
};
MeasurementText measurement_text(const Measurement& measurement);

// The same of a column, where null is an empty text: all values of one unit in one scale, so that
// the heading can name the unit.
std::vector<MeasurementText> column_text(const std::vector<const Measurement*>& column);

// "images/s" for "/s", from the tag of the rate; any other unit as it is.
std::string unit_with_item(const std::string& unit, const Measurement& measurement);

enum class RecordDetail {
  kBrief,  // measurements, and the settings that are not defaults
  kFull    // all settings, and the provenance
};

// A record as JSON (docs/results-schema.md), and as text for a terminal.
std::string record_to_json(const RunRecord& record, bool with_samples);
std::string record_to_text(const RunRecord& record, RecordDetail extent);

}  // namespace yardstick
