#pragma once

#include "results/leaderboard.h"

#include <string>
#include <string_view>

namespace yardstick::detail {

// A table environment for a paper that needs the package booktabs and nothing else. Bold is the
// best of a column within a section, and every value whose interval overlaps that of the best.
std::string leaderboard_latex(const Leaderboard& board, const LeaderboardStyle& style);

// `text` so that LaTeX prints it as it is, also behind \\ and \midrule, which would take [ or * for
// an argument.
std::string latex_text(std::string_view text);

}  // namespace yardstick::detail
