#pragma once

#include "results/leaderboard.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace yardstick {

struct ReportOptions {
  std::string title = "Yardstick results";
  // Its rows are the page's; `group` is taken as "none".
  LeaderboardQuery query = {};
};

// One HTML file that opens offline (docs/report.md): leaderboards with tied groups, trade-offs,
// rows head to head, papers' verdicts, history, runs, data and protocol. The same store gives the
// same bytes. Throws User where there is no run, and as query_leaderboard; Data where a part of the
// report is missing in `asset_dir` (share/yardstick/report).
std::string html_report(const ResultStore& store, const std::string& asset_dir,
                        const ReportOptions& options = {});

namespace detail {

// The report of one leaderboard, without runs, papers and history.
std::string leaderboard_page(const Leaderboard& board, const std::string& asset_dir);

// JSON that may stand inside <script>: nothing in it can end the element or the line.
std::string script_safe(std::string_view json);

}  // namespace detail
}  // namespace yardstick
