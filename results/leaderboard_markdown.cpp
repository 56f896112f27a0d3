#include "results/cell_text.h"
#include "results/leaderboard_layout.h"
#include "results/leaderboard_text.h"
#include "results/text_layout.h"

#include <yardstick/error.h>

#include <algorithm>
#include <sstream>

namespace yardstick::detail {
namespace {

// "accuracy/top1 (%) ↑".
std::string heading(const ValueColumn& column) {
  std::vector<std::string> parts;
  if (!column.unit.empty()) parts.push_back(column.unit);
  if (column.batch > 0) parts.push_back(concat("batch ", column.batch));
  std::string text = markdown_text(column.tag);
  if (!parts.empty()) text += concat(" (", markdown_text(joined(parts, ", ")), ")");
  if (column.direction == Direction::kHigherIsBetter) text += " ↑";
  if (column.direction == Direction::kLowerIsBetter) text += " ↓";
  return text;
}

std::string cell(const ValueColumn& column, std::size_t row) {
  if (column.values[row] == nullptr) return "–";
  const MeasurementText& text = column.cells[row];
  std::vector<std::string> parts = {text.value};
  if (!text.unit.empty()) parts.push_back(text.unit);
  if (column.batches[row] > 0) parts.push_back(concat("(batch ", column.batches[row], ")"));
  if (!text.interval.empty()) parts.push_back(text.interval);
  return joined(parts, " ");
}

std::string legend(const Leaderboard& board, const LeaderboardStyle& style) {
  std::string text = concat("Best ", board.query.sort, " first; ↑ more is better, ↓ less");
  if (has_interval(board, style)) text += "; [low, high] are 95 % intervals";
  return text + ".";
}

}  // namespace

std::string leaderboard_markdown(const Leaderboard& board, const LeaderboardStyle& style) {
  const FieldLayout layout = lay_out_fields(board);
  std::vector<ValueColumn> columns;
  std::string head = "| # | model |", rule = "|---:|---|";
  for (const Field& field : layout.columns) {
    head += concat(' ', field.title, " |");
    rule += "---|";
  }
  for (const std::string& tag : board.columns) {
    columns.push_back(value_column(board, tag, style));
    head += concat(' ', heading(columns.back()), " |");
    rule += "---:|";
  }
  if (has_notes(board)) {
    head += " notes |";
    rule += "---|";
  }

  std::ostringstream text;
  for (std::size_t i = 0; i < board.rows.size(); ++i) {
    const LeaderboardRow& row = board.rows[i];
    if (begins_section(board, i)) {
      if (i > 0) text << '\n';
      if (has_titles(board)) text << "**" << markdown_text(contest_title(row)) << "**\n\n";
      text << head << '\n' << rule << '\n';
    }
    text << "| " << rank_text(row) << " | " << markdown_text(row.model) << " |";
    for (const Field& field : layout.columns) text << ' ' << markdown_text(field.text(row)) << " |";
    for (const ValueColumn& column : columns) text << ' ' << cell(column, i) << " |";
    if (has_notes(board)) text << ' ' << markdown_text(joined(row.flags, ", ")) << " |";
    text << '\n';
  }
  const std::string common = joined(layout.common, ", ");
  if (!common.empty()) text << '\n' << markdown_text(common) << '\n';
  text << '\n' << markdown_text(legend(board, style)) << '\n';
  return std::move(text).str();
}

}  // namespace yardstick::detail
