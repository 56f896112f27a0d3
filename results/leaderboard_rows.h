#pragma once

#include "results/leaderboard.h"
#include "results/sqlite_connection.h"

#include <vector>

namespace yardstick::detail {

// Every row that the file gives, unsorted and unranked: evaluated configurations with the speed of
// the same model on the same device, and benched ones that were not evaluated.
std::vector<LeaderboardRow> load_rows(const Connection& connection, bool include_ineligible);

}  // namespace yardstick::detail
