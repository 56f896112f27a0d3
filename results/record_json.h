#pragma once

#include <yardstick/run.h>

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace yardstick::detail {

// For .cpp files of results/ only: the JSON that records, leaderboards and reports share
// (docs/results-schema.md).
using OrderedJson = nlohmann::ordered_json;

enum class JsonStyle {
  kReadable,  // numbers that JSON cannot express become null
  kExact      // they become "nan", "inf" or "-inf"; embedded JSON keeps its very bytes
};

OrderedJson measurement_json(const Measurement& measurement,
                             JsonStyle style = JsonStyle::kReadable);
// Without samples and outcomes.
OrderedJson record_json(const RunRecord& record, JsonStyle style = JsonStyle::kReadable);
// With them. `with_values`: not only how many there are.
OrderedJson whole_record_json(const RunRecord& record, JsonStyle style, bool with_values);

// The stored text as JSON; as a string where it is none.
OrderedJson embedded_json(const std::string& text);

// A text as it is, anything else as JSON on one line.
std::string plain_text(const OrderedJson& value);

// Invalid UTF-8 is replaced rather than refused: a report is better than none.
std::string dump(const OrderedJson& json, int indent);

}  // namespace yardstick::detail
