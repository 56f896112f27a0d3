#pragma once

#include "cli/interleaved_run.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>

namespace yardstick::cli {

// What was measured of one side at a batch size.
nlohmann::ordered_json side_json(const SideRuns& side, std::int64_t batch);

// JSON has no form for what is infinite, as the smallest difference where nothing is resolved.
nlohmann::ordered_json finite_or_null(const std::optional<double>& value);

}  // namespace yardstick::cli
