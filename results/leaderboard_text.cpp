#include "results/leaderboard_text.h"

#include "results/leaderboard_layout.h"
#include "results/text_layout.h"

#include <yardstick/error.h>

#include <algorithm>
#include <utility>

namespace yardstick::detail {
namespace {

// One column of measurements, each part aligned with those above and below.
std::vector<std::string> measurement_cells(const Leaderboard& board, const std::string& tag,
                                           const LeaderboardStyle& style) {
  const bool is_common = common_batch(board, tag).has_value();
  std::vector<MeasurementText> texts;
  std::size_t value_width = 0, unit_width = 0;
  for (const LeaderboardRow& row : board.rows) {
    const auto found = row.values.find(tag);
    MeasurementText text =
        found == row.values.end() ? MeasurementText{} : measurement_text(found->second);
    if (!style.has_intervals) text.interval.clear();
    if (const auto batch = row.batch.find(tag); !is_common && batch != row.batch.end()) {
      text.unit += concat(text.unit.empty() ? "@" : " @", batch->second);
    }
    value_width = std::max(value_width, width_of(text.value));
    unit_width = std::max(unit_width, width_of(text.unit));
    texts.push_back(std::move(text));
  }
  std::vector<std::string> cells;
  for (const MeasurementText& text : texts) {
    std::string cell = pad(text.value.empty() ? "-" : text.value, value_width, Align::kRight);
    if (unit_width > 0) cell += concat(' ', pad(text.unit, unit_width, Align::kLeft));
    if (!text.interval.empty()) cell += concat(' ', text.interval);
    cells.push_back(std::move(cell));
  }
  return cells;
}

std::string legend(const Leaderboard& board, const LeaderboardStyle& style) {
  std::vector<std::string> parts = {concat("best ", board.query.sort, " first")};
  if (has_interval(board, style)) parts.emplace_back("[low, high] are 95 % intervals");
  const bool has_batch =
      std::any_of(board.columns.begin(), board.columns.end(),
                  [&board](const std::string& tag) { return !common_batch(board, tag); });
  if (has_batch) parts.emplace_back("@N is the batch size");
  return joined(parts, "; ");
}

}  // namespace

std::string leaderboard_table(const Leaderboard& board, const LeaderboardStyle& style) {
  const FieldLayout layout = lay_out_fields(board);
  const std::string caption = joined(layout.common, ", ");
  std::vector<std::vector<std::string>> rows(3 + board.rows.size());
  std::vector<Align> aligns;
  const auto add_column = [&](const std::string& above, const std::string& title,
                              const std::string& below, const std::vector<std::string>& cells,
                              Align align) {
    aligns.push_back(align);
    rows[0].push_back(above);
    rows[1].push_back(title);
    rows[2].push_back(below);
    for (std::size_t i = 0; i < cells.size(); ++i) rows[3 + i].push_back(printable(cells[i]));
  };
  const auto cells_of = [&board](const auto& text) {
    std::vector<std::string> cells;
    for (const LeaderboardRow& row : board.rows) cells.push_back(text(row));
    return cells;
  };

  add_column("", "#", "", cells_of(rank_text), Align::kRight);
  add_column("", "model", "", cells_of([](const auto& row) { return row.model; }), Align::kLeft);
  for (const Field& field : layout.columns) {
    add_column("", field.title, "", cells_of(field.text), Align::kLeft);
  }
  for (const std::string& tag : board.columns) {
    const std::size_t slash = tag.find('/');
    const std::int64_t batch = common_batch(board, tag).value_or(0);
    add_column(slash == std::string::npos ? "" : tag.substr(0, slash),
               slash == std::string::npos ? tag : tag.substr(slash + 1),
               batch > 0 ? concat("batch ", batch) : "", measurement_cells(board, tag, style),
               Align::kLeft);
  }
  if (has_notes(board)) {
    add_column("", "notes", "", cells_of([](const auto& row) { return joined(row.flags, ", "); }),
               Align::kLeft);
  }

  const std::string laid_out = lay_out(rows, aligns);
  std::string text = caption.empty() ? "" : printable(caption) + "\n";
  text += legend(board, style) + "\n\n";
  std::size_t begin = 0;
  for (std::size_t line = 0; line < rows.size(); ++line) {
    const std::size_t end = laid_out.find('\n', begin) + 1;
    if (line >= 3 && has_titles(board) && begins_section(board, line - 3)) {
      text += printable(contest_title(board.rows[line - 3])) + "\n";
    }
    if (line != 2 || end - begin > 1) text.append(laid_out, begin, end - begin);
    begin = end;
  }
  return text;
}

}  // namespace yardstick::detail
