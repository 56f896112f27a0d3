#pragma once

#include <yardstick/run.h>

#include <string>

namespace yardstick {

// "84.50 %", "12.3 ms", "5.72 M", with the interval as "12.3 ms (12.2 to 12.4)".
std::string format_value(double value, Unit unit);
std::string format_measurement(const Measurement& measurement);

// A record as JSON (docs/results-schema.md), and as text for a terminal.
std::string record_to_json(const RunRecord& record, bool with_samples);
std::string record_to_text(const RunRecord& record);

}  // namespace yardstick
