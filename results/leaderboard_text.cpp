#include "results/leaderboard_text.h"

#include "results/configuration.h"
#include "results/leaderboard_filter.h"
#include "results/reporters.h"
#include "results/text_layout.h"

#include <yardstick/error.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

namespace yardstick::detail {
namespace {

std::string joined(const std::vector<std::string>& parts, const char* separator) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : separator) + part;
  return text;
}

// What tells rows apart, in the order of columns. Where all rows agree it goes into the caption.
struct Field {
  const char* title;
  std::function<std::string(const LeaderboardRow&)> text;
  bool is_of_speed = false;
};

std::string machine(const LeaderboardRow& row) {
  return row.device_name.empty() ? row.device : row.device_name;
}

std::vector<Field> fields_of(const Leaderboard& board) {
  std::set<std::string> machines;
  std::set<std::pair<std::string, std::string>> devices;
  for (const LeaderboardRow& row : board.rows) {
    machines.insert(machine(row));
    devices.emplace(machine(row), row.device);
  }
  std::vector<Field> fields = {
      {"parameters", [](const LeaderboardRow& row) { return display_params(row.params); }},
      {"weights", [](const LeaderboardRow& row) { return row.weights; }},
      {"methods", [](const LeaderboardRow& row) { return display_methods(row.methods); }},
      {"machine", machine},
      {"threads",
       [](const LeaderboardRow& row) { return row.threads > 0 ? concat(row.threads) : ""; }, true},
      {"precision", [](const LeaderboardRow& row) { return row.precision; }},
      {"protocol", [](const LeaderboardRow& row) { return row.protocol; }, true},
  };
  // One of several equal GPUs.
  if (devices.size() > machines.size()) {
    fields.push_back({"device", [](const LeaderboardRow& row) { return row.device; }});
  }
  if (!board.is_by_task) fields.insert(fields.begin(), {"task", contest_title});
  return fields;
}

std::set<std::string> values_of(const Field& field, const std::vector<LeaderboardRow>& rows) {
  std::set<std::string> values;
  for (const LeaderboardRow& row : rows) values.insert(field.text(row));
  return values;
}

struct Layout {
  std::vector<Field> columns;
  std::string caption;
};

Layout lay_out_fields(const Leaderboard& board) {
  Layout layout;
  std::vector<std::string> common;
  for (const Field& field : fields_of(board)) {
    std::set<std::string> values = values_of(field, board.rows);
    // Rows without a bench figure have no threads and no protocol; that tells nothing apart.
    if (field.is_of_speed && values.size() > 1) values.erase("");
    if (values.size() > 1) {
      layout.columns.push_back(field);
    } else if (!values.begin()->empty()) {
      common.push_back(concat(field.title, " ", *values.begin()));
    }
  }
  layout.caption = joined(common, ", ");
  return layout;
}

// The batch size that all figures of a column share, if they do; 0 where they have none.
std::optional<std::int64_t> common_batch(const Leaderboard& board, const std::string& tag) {
  std::optional<std::int64_t> common;
  for (const LeaderboardRow& row : board.rows) {
    if (!row.values.contains(tag)) continue;
    const auto found = row.batch.find(tag);
    const std::int64_t batch = found == row.batch.end() ? 0 : found->second;
    if (common && *common != batch) return std::nullopt;
    common = batch;
  }
  return common.value_or(0);
}

// One column of measurements, each part aligned with those above and below.
std::vector<std::string> measurement_cells(const Leaderboard& board, const std::string& tag) {
  const bool is_common = common_batch(board, tag).has_value();
  std::vector<MeasurementText> texts;
  std::size_t value_width = 0, unit_width = 0;
  for (const LeaderboardRow& row : board.rows) {
    const auto found = row.values.find(tag);
    MeasurementText text =
        found == row.values.end() ? MeasurementText{} : measurement_text(found->second);
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

bool has_notes(const Leaderboard& board) {
  return std::any_of(board.rows.begin(), board.rows.end(),
                     [](const LeaderboardRow& row) { return !row.flags.empty(); });
}

bool has_titles(const Leaderboard& board) {
  return board.is_by_task &&
         std::any_of(board.rows.begin(), board.rows.end(),
                     [](const LeaderboardRow& row) { return !row.task.empty(); });
}

std::string rank_text(const LeaderboardRow& row) {
  return row.rank > 0 ? concat(row.rank) : std::string("-");
}

std::string legend(const Leaderboard& board) {
  std::vector<std::string> parts = {concat("best ", board.query.sort, " first")};
  bool has_interval = false, has_batch = false;
  for (const std::string& tag : board.columns) {
    if (!common_batch(board, tag)) has_batch = true;
    for (const LeaderboardRow& row : board.rows) {
      const auto found = row.values.find(tag);
      if (found != row.values.end() && found->second.low) has_interval = true;
    }
  }
  if (has_interval) parts.push_back("[low, high] are 95 % intervals");
  if (has_batch) parts.push_back("@N is the batch size");
  return joined(parts, "; ");
}

// Rows that do not compare stand under titles of their own.
bool begins_section(const Leaderboard& board, std::size_t i) {
  if (i == 0 || !board.is_by_task) return i == 0;
  return contest_title(board.rows[i]) != contest_title(board.rows[i - 1]) ||
         board.rows[i].data != board.rows[i - 1].data;
}

std::string markdown_text(const std::string& text) {
  const std::string shown = printable(text);
  const auto is_word = [&shown](std::size_t i) {
    return i < shown.size() &&
           (std::isalnum(static_cast<unsigned char>(shown[i])) || shown[i] == '_');
  };
  std::string escaped;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    // An underscore inside a word is only itself.
    const bool is_plain = shown[i] == '_' && i > 0 && is_word(i - 1) && is_word(i + 1);
    if (!is_plain && std::string_view("\\`*_[]<>|~&").find(shown[i]) != std::string_view::npos) {
      escaped += '\\';
    }
    escaped += shown[i];
  }
  return escaped;
}

std::string markdown_cell(const Leaderboard& board, const LeaderboardRow& row,
                          const std::string& tag) {
  const auto found = row.values.find(tag);
  if (found == row.values.end()) return "–";
  const MeasurementText cell = measurement_text(found->second);
  const auto batch = row.batch.find(tag);
  return concat(cell.value, cell.unit.empty() ? "" : " ", cell.unit,
                batch != row.batch.end() && !common_batch(board, tag) ? concat(" @", batch->second)
                                                                      : std::string(),
                cell.interval.empty() ? "" : " ", cell.interval);
}

std::string csv_text(const std::string& text) {
  if (text.find_first_of("\",\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
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

// Value, ends of the interval, batch size.
std::string csv_cells(const LeaderboardRow& row, const std::string& tag) {
  const auto found = row.values.find(tag);
  if (found == row.values.end()) return ",,,";
  const Measurement& measurement = found->second;
  const auto batch = row.batch.find(tag);
  return concat(
      csv_number(measurement.value), ',', measurement.low ? csv_number(*measurement.low) : "", ',',
      measurement.high ? csv_number(*measurement.high) : "", ',',
      batch == row.batch.end() || batch->second == 0 ? std::string() : concat(batch->second));
}

}  // namespace

std::string contest_title(const LeaderboardRow& row) {
  if (row.task.empty()) return "speed alone";
  return row.split.empty() ? row.task : concat(row.task, " (", row.split, ")");
}

std::string leaderboard_table(const Leaderboard& board) {
  const Layout layout = lay_out_fields(board);
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
               batch > 0 ? concat("batch ", batch) : "", measurement_cells(board, tag),
               Align::kLeft);
  }
  if (has_notes(board)) {
    add_column("", "notes", "", cells_of([](const auto& row) { return joined(row.flags, ", "); }),
               Align::kLeft);
  }

  const std::string laid_out = lay_out(rows, aligns);
  std::string text = layout.caption.empty() ? "" : printable(layout.caption) + "\n";
  text += legend(board) + "\n\n";
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

std::string leaderboard_markdown(const Leaderboard& board) {
  const Layout layout = lay_out_fields(board);
  std::string head = "| # | model |", rule = "|---:|---|";
  for (const Field& field : layout.columns) {
    head += concat(' ', field.title, " |");
    rule += "---|";
  }
  for (const std::string& tag : board.columns) {
    const std::int64_t batch = common_batch(board, tag).value_or(0);
    head += concat(' ', markdown_text(tag), batch > 0 ? concat(", batch ", batch) : "", " |");
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
    for (const std::string& tag : board.columns) {
      text << ' ' << markdown_cell(board, row, tag) << " |";
    }
    if (has_notes(board)) text << ' ' << markdown_text(joined(row.flags, ", ")) << " |";
    text << '\n';
  }
  if (!layout.caption.empty()) text << '\n' << markdown_text(layout.caption) << '\n';
  text << '\n' << markdown_text(legend(board)) << '\n';
  return std::move(text).str();
}

std::string leaderboard_csv(const Leaderboard& board) {
  std::vector<std::string> tags = board.columns;
  for (const std::string& tag : tags_of(board.rows)) {
    if (std::find(tags.begin(), tags.end(), tag) == tags.end()) tags.push_back(tag);
  }
  std::ostringstream text;
  text << "rank";
  for (const std::string& field : text_fields()) text << ',' << field;
  text << ",threads,newest";
  for (const std::string& tag : tags) {
    for (const char* part : {"", " low", " high", " batch"}) text << ',' << csv_text(tag + part);
  }
  text << ",flags,runs\r\n";
  for (const LeaderboardRow& row : board.rows) {
    text << (row.rank > 0 ? concat(row.rank) : std::string());
    for (const std::string& field : text_fields()) text << ',' << csv_text(text_field(row, field));
    text << ',' << (row.threads > 0 ? concat(row.threads) : std::string()) << ','
         << csv_text(row.newest);
    for (const std::string& tag : tags) text << ',' << csv_cells(row, tag);
    text << ',' << csv_text(joined(row.flags, " ")) << ',' << csv_text(joined(row.run_ids, " "))
         << "\r\n";
  }
  return std::move(text).str();
}

}  // namespace yardstick::detail
