#include "results/leaderboard_filter.h"
#include "results/leaderboard_layout.h"
#include "results/leaderboard_text.h"

#include <yardstick/error.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string_view>

namespace yardstick::detail {
namespace {

// A spreadsheet computes what begins so, whoever wrote it; with an apostrophe it shows it.
bool is_formula(const std::string& text) {
  return !text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos;
}

std::string csv_text(const std::string& text) {
  const std::string shown = is_formula(text) ? concat("'", text) : text;
  if (shown.find_first_of("\",\r\n") == std::string::npos) return shown;
  std::string quoted = "\"";
  for (const char c : shown) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  quoted += '"';
  return quoted;
}

std::string csv_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", value);
  for (int digits = 15; digits < 17; ++digits) {  // the shortest that reads back as the same
    char shorter[32];
    std::snprintf(shorter, sizeof shorter, "%.*g", digits, value);
    if (std::strtod(shorter, nullptr) == value) return shorter;
  }
  return text;
}

std::string csv_bound(const std::optional<double>& bound) {
  return bound ? csv_number(*bound) : std::string();
}

// Value, ends of the interval, batch size.
std::string csv_cells(const LeaderboardRow& row, const std::string& tag,
                      const LeaderboardStyle& style) {
  const auto found = row.values.find(tag);
  if (found == row.values.end()) return style.has_intervals ? ",,," : ",";
  const Measurement& measurement = found->second;
  std::string cells = csv_number(measurement.value);
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
