#pragma once

#include "results/leaderboard.h"

#include <string>

namespace yardstick::detail {

std::string leaderboard_table(const Leaderboard& board);
std::string leaderboard_markdown(const Leaderboard& board);
std::string leaderboard_csv(const Leaderboard& board);

// "digits (val)"; "speed alone" where nothing was scored.
std::string contest_title(const LeaderboardRow& row);

}  // namespace yardstick::detail
