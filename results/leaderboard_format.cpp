#include "results/html_report.h"
#include "results/leaderboard.h"
#include "results/leaderboard_filter.h"
#include "results/leaderboard_json.h"
#include "results/leaderboard_latex.h"
#include "results/leaderboard_text.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace yardstick {

void keep_columns(Leaderboard& board, const std::vector<std::string>& patterns) {
  const std::vector<std::string> tags = detail::tags_of(board.rows);
  std::vector<std::string> kept;
  for (const std::string& pattern : patterns) {
    bool is_found = false;
    for (const std::string& tag : tags) {
      if (!glob_match(pattern, tag)) continue;
      is_found = true;
      if (std::find(kept.begin(), kept.end(), tag) == kept.end()) kept.push_back(tag);
    }
    if (!is_found) {
      const std::string near = suggestion(pattern, tags);
      throw_user(concat("no row has a measurement ", pattern),
                 near.empty() ? "`yardstick leaderboard --format csv` shows every column" : near);
    }
  }
  board.columns = kept;
  for (LeaderboardRow& row : board.rows) {
    const auto is_dropped = [&kept](const auto& entry) {
      return std::find(kept.begin(), kept.end(), entry.first) == kept.end();
    };
    std::erase_if(row.values, is_dropped);
    std::erase_if(row.batch, is_dropped);
  }
}

std::string format_leaderboard(const Leaderboard& board, const std::string& format,
                               const std::string& asset_dir, const LeaderboardStyle& style) {
  if (format == "table") return detail::leaderboard_table(board, style);
  if (format == "md") return detail::leaderboard_markdown(board, style);
  if (format == "csv") return detail::leaderboard_csv(board, style);
  if (format == "latex") return detail::leaderboard_latex(board, style);
  if (format == "json") return detail::dump(detail::leaderboard_json(board), 2) + "\n";
  if (format == "html") return detail::leaderboard_page(board, asset_dir);
  throw_user(concat("there is no leaderboard format ", format),
             "choose table, md, csv, latex, json or html");
}

}  // namespace yardstick
