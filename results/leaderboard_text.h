#pragma once

#include "results/leaderboard.h"

#include <string>

namespace yardstick::detail {

std::string leaderboard_table(const Leaderboard& board, const LeaderboardStyle& style);

// Markdown as GitHub renders it: no name turns into markup, a mention of a person or a link to an
// issue.
std::string leaderboard_markdown(const Leaderboard& board, const LeaderboardStyle& style);

// RFC 4180, with every field and, unless columns were chosen, every measurement. Numbers are the
// stored doubles to the bit. A text that a spreadsheet would take for a formula has an apostrophe
// in front.
std::string leaderboard_csv(const Leaderboard& board, const LeaderboardStyle& style);

}  // namespace yardstick::detail
