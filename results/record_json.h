#pragma once

#include <yardstick/run.h>

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace yardstick::detail {

// For .cpp files of results/ only: the JSON that records, leaderboards and reports share
// (docs/results-schema.md). Numbers that JSON cannot express become null.
using OrderedJson = nlohmann::ordered_json;

OrderedJson measurement_json(const Measurement& measurement);
OrderedJson record_json(const RunRecord& record);  // without samples and outcomes

// The stored text as JSON; as a string where it is none.
OrderedJson embedded_json(const std::string& text);

// Invalid UTF-8 is replaced rather than refused: a report is better than none.
std::string dump(const OrderedJson& json, int indent);

}  // namespace yardstick::detail
