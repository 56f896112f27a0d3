#include "results/cell_text.h"
#include "results/leaderboard_filter.h"
#include "results/leaderboard_layout.h"
#include "results/leaderboard_text.h"
#include "results/text_layout.h"

#include <yardstick/error.h>

#include <algorithm>
#include <sstream>

namespace yardstick::detail {
namespace {

std::string csv_bound(const std::optional<double>& bound) {
  return bound ? number_text(*bound) : std::string();
}

// Value, ends of the interval, batch size.
std::string csv_cells(const LeaderboardRow& row, const std::string& tag,
                      const LeaderboardStyle& style) {
  const auto found = row.values.find(tag);
  if (found == row.values.end()) return style.has_intervals ? ",,," : ",";
  const Measurement& measurement = found->second;
  std::string cells = number_text(measurement.value);
  if (style.has_intervals) {
    cells += concat(',', csv_bound(measurement.low), ',', csv_bound(measurement.high));
  }
  const auto batch = row.batch.find(tag);
  return concat(
      cells, ',',
      batch == row.batch.end() || batch->second == 0 ? std::string() : concat(batch->second));
}

}  // namespace

std::string leaderboard_csv(const Leaderboard& board, const LeaderboardStyle& style) {
  std::vector<std::string> tags = board.columns;
  for (const std::string& tag : tags_of(board.rows)) {
    if (std::find(tags.begin(), tags.end(), tag) == tags.end()) tags.push_back(tag);
  }
  std::ostringstream text;
  text << "rank";
  for (const std::string& field : text_fields()) text << ',' << field;
  text << ",threads,newest";
  for (const std::string& tag : tags) {
    text << ',' << csv_text(tag);
    if (style.has_intervals)
      text << ',' << csv_text(tag + " low") << ',' << csv_text(tag + " high");
    text << ',' << csv_text(tag + " batch");
  }
  text << ",flags,runs\r\n";
  for (const LeaderboardRow& row : board.rows) {
    text << (row.rank > 0 ? concat(row.rank) : std::string());
    for (const std::string& field : text_fields()) text << ',' << csv_text(text_field(row, field));
    text << ',' << (row.threads > 0 ? concat(row.threads) : std::string()) << ','
         << csv_text(row.newest);
    for (const std::string& tag : tags) text << ',' << csv_cells(row, tag, style);
    text << ',' << csv_text(joined(row.flags, " ")) << ',' << csv_text(joined(row.run_ids, " "))
         << "\r\n";
  }
  return std::move(text).str();
}

}  // namespace yardstick::detail
