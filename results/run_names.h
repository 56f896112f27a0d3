#pragma once

#include <yardstick/run.h>

#include <optional>
#include <string_view>

namespace yardstick::detail {

// What to_string() wrote, back; nothing where it wrote no such name.
std::optional<RunKind> run_kind_from_string(std::string_view name);
std::optional<RunStatus> run_status_from_string(std::string_view name);

}  // namespace yardstick::detail
