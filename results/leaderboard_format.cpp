#include "results/html_report.h"
#include "results/leaderboard.h"
#include "results/leaderboard_json.h"
#include "results/leaderboard_text.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

namespace yardstick {

std::string format_leaderboard(const Leaderboard& board, const std::string& format,
                               const std::string& asset_dir) {
  if (format == "table") return detail::leaderboard_table(board);
  if (format == "md") return detail::leaderboard_markdown(board);
  if (format == "csv") return detail::leaderboard_csv(board);
  if (format == "json") return detail::dump(detail::leaderboard_json(board), 2) + "\n";
  if (format == "html") return detail::leaderboard_page(board, asset_dir);
  throw_user(concat("there is no leaderboard format ", format),
             "choose table, md, csv, json or html");
}

}  // namespace yardstick
