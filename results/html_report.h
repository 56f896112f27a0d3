#pragma once

#include "results/leaderboard.h"

#include <string>
#include <string_view>

namespace yardstick::detail {

// The report of one leaderboard, without the details of runs.
std::string leaderboard_page(const Leaderboard& board, const std::string& asset_dir);

// JSON that may stand inside <script>: nothing in it can end the element or the line.
std::string script_safe(std::string_view json);

}  // namespace yardstick::detail
