#pragma once

#include <yardstick/params.h>
#include <yardstick/run.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yardstick {

// Puts a setting as it was run into record.effective ({"name": {"value", "origin"}}), such as the
// threads that were had where "all" was asked for. A setting that is there keeps its origin; the
// origin of a new one is "run".
void note(RunRecord& record, std::string_view key, const ParamValue& value);
void note(RunRecord& record, std::string_view key, const std::vector<std::string>& values);

// The measurement with this tag; null where the record has none.
const Measurement* measurement_of(const RunRecord& record, std::string_view tag);

// {"lr": 0.001, ...} of every setting in the schema's order.
std::string params_to_json(const Params& params);

}  // namespace yardstick
