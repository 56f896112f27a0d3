#include "results/leaderboard_latex.h"

#include "results/leaderboard_layout.h"
#include "results/tag_title.h"
#include "results/text_layout.h"

#include <yardstick/error.h>
#include <yardstick/version.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>
#include <sstream>
#include <utility>

namespace yardstick::detail {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";
constexpr std::string_view kMicro = "\xc2\xb5";

const char* escaped(char c) {
  switch (c) {
    case '\\':
      return "\\textbackslash{}";
    case '{':
      return "\\{";
    case '}':
      return "\\}";
    case '_':
      return "\\_";
    case '%':
      return "\\%";
    case '&':
      return "\\&";
    case '#':
      return "\\#";
    case '$':
      return "\\$";
    case '~':
      return "\\textasciitilde{}";
    case '^':
      return "\\textasciicircum{}";
    case '<':
      return "\\textless{}";
    case '>':
      return "\\textgreater{}";
    case '|':
      return "\\textbar{}";
    case '`':
      return "\\textasciigrave{}";
    case '"':
      return "''";  // \textquotedbl is an error in LaTeX's default encoding
    case '[':
      return "{[}";
    case ']':
      return "{]}";
    case '*':
      return "{*}";
    default:
      return nullptr;
  }
}

std::string with_capital(std::string text) {
  const auto is_lower = [&text](std::size_t i) {
    return text.size() > i && std::islower(static_cast<unsigned char>(text[i])) != 0;
  };
  // Not the k of k-NN.
  if (is_lower(0) && is_lower(1)) text[0] = static_cast<char>(std::toupper(text[0]));
  return text;
}

std::string title_of(const std::string& tag) {
  const std::string title = tag_title(tag);
  return title == tag ? tag : with_capital(title);
}

bool is_better(const Measurement& a, const Measurement& b) {
  return a.direction == Direction::kLowerIsBetter ? a.value < b.value : a.value > b.value;
}

bool overlap(const Measurement& a, const Measurement& b) {
  if (!(a.low && a.high && b.low && b.high)) return a.value == b.value;
  return *a.low <= *b.high && *b.low <= *a.high;
}

// Rows from `begin` to before `end` whose value is the best of them or not told apart from it. None
// where there is nothing to choose from, and of latencies and memory at several batch sizes.
void mark_best(const ValueColumn& column, std::size_t begin, std::size_t end,
               std::set<std::size_t>& marked) {
  const auto differs = [&column](std::size_t row) { return column.batches[row] > 0; };
  const Measurement* best = nullptr;
  std::vector<std::size_t> candidates;
  for (std::size_t row = begin; row < end; ++row) {
    const Measurement* const value = column.values[row];
    if (value == nullptr || std::isnan(value->value)) continue;
    if (value->direction == Direction::kNeutral) return;
    if (value->direction == Direction::kLowerIsBetter && differs(row)) return;
    candidates.push_back(row);
    if (best == nullptr || is_better(*value, *best)) best = value;
  }
  if (candidates.size() < 2) return;
  for (const std::size_t row : candidates) {
    if (column.values[row] == best || overlap(*column.values[row], *best)) marked.insert(row);
  }
}

std::set<std::size_t> rows_in_bold(const Leaderboard& board, const ValueColumn& column) {
  std::set<std::size_t> marked;
  std::size_t begin = 0;
  for (std::size_t row = 1; row <= board.rows.size(); ++row) {
    if (row < board.rows.size() && !begins_section(board, row)) continue;
    mark_best(column, begin, row, marked);
    begin = row;
  }
  return marked;
}

// The parts of a value that meet at the decimal point, a column of the table each.
std::pair<std::string, std::string> at_point(std::string number) {
  const std::size_t point = std::min(number.find('.'), number.size());
  std::string fraction = number.substr(point);
  number.resize(point);
  if (number.starts_with('-')) number.replace(0, 1, "$-$");
  return {number, fraction};
}

// One column of figures, which is two or three of the table: before the point, behind it, and in
// small print the batch size and the interval.
struct FigureColumn {
  std::string title;
  std::string unit;                    // "(images/s, batch 32) $\uparrow$"
  std::size_t width = 2;               // columns of the table
  std::vector<std::string> rows = {};  // their cells with the & between them
  bool has_bold = false;
  Direction direction = Direction::kNeutral;

  std::string spec() const { return width == 2 ? "r@{}l" : "r@{}l@{\\,}l"; }
  std::string spanning(const std::string& text) const {
    return concat("\\multicolumn{", width, "}{c}{", text, "}");
  }
};

std::string unit_line(const ValueColumn& column) {
  std::vector<std::string> parts;
  if (!column.unit.empty()) parts.push_back(latex_text(column.unit));
  if (column.batch > 0) parts.push_back(concat("batch ", column.batch));
  std::string text = parts.empty() ? "" : concat("(", joined(parts, ", "), ")");
  const char* const arrow = column.direction == Direction::kHigherIsBetter  ? "$\\uparrow$"
                            : column.direction == Direction::kLowerIsBetter ? "$\\downarrow$"
                                                                            : "";
  return concat(text, !text.empty() && *arrow != 0 ? " " : "", arrow);
}

std::string small_print(const ValueColumn& column, std::size_t row) {
  std::vector<std::string> parts;
  if (const std::string& unit = column.cells[row].unit; !unit.empty()) {
    parts.push_back(latex_text(unit));
  }
  if (column.batches[row] > 0) parts.push_back(concat("at batch ", column.batches[row]));
  if (!column.cells[row].interval.empty()) parts.push_back(column.cells[row].interval);
  return parts.empty() ? "" : concat("{\\scriptsize ", joined(parts, " "), "}");
}

FigureColumn figure_column(const Leaderboard& board, const ValueColumn& column) {
  FigureColumn figures{.title = latex_text(title_of(column.tag)),
                       .unit = unit_line(column),
                       .direction = column.direction};
  const std::set<std::size_t> bold = rows_in_bold(board, column);
  figures.has_bold = !bold.empty();
  std::vector<std::vector<std::string>> parts;
  std::vector<std::size_t> widths(2, 0);
  for (std::size_t row = 0; row < board.rows.size(); ++row) {
    auto [whole, fraction] = at_point(latex_text(column.cells[row].value));
    if (bold.contains(row)) {
      whole = concat("\\textbf{", whole, "}");
      if (!fraction.empty()) fraction = concat("\\textbf{", fraction, "}");
    }
    parts.push_back({whole, fraction, small_print(column, row)});
    if (!parts.back()[2].empty()) figures.width = 3;
    for (const std::size_t i : {0, 1}) widths[i] = std::max(widths[i], width_of(parts[row][i]));
  }
  for (std::size_t row = 0; row < board.rows.size(); ++row) {
    if (column.values[row] == nullptr) {
      figures.rows.push_back(figures.spanning("--"));
      continue;
    }
    std::string cells = concat(pad(parts[row][0], widths[0], Align::kRight), " & ",
                               pad(parts[row][1], widths[1], Align::kLeft));
    if (figures.width == 3) cells += concat(" & ", parts[row][2]);
    figures.rows.push_back(std::move(cells));
  }
  return figures;
}

struct Table {
  std::vector<std::string> headings;  // of the describing columns
  std::vector<FigureColumn> figures;
  std::vector<std::vector<std::string>> entries;  // of the describing columns, by row
  bool has_notes = false;
};

Table table_of(const Leaderboard& board, const FieldLayout& layout, const LeaderboardStyle& style) {
  Table table;
  table.headings.emplace_back("Model");
  for (const Field& field : layout.columns) table.headings.push_back(with_capital(field.title));
  for (const LeaderboardRow& row : board.rows) {
    std::vector<std::string> entries = {latex_text(row.model)};
    for (const Field& field : layout.columns) entries.push_back(latex_text(field.text(row)));
    table.entries.push_back(std::move(entries));
  }
  for (const std::string& tag : board.columns) {
    table.figures.push_back(figure_column(board, value_column(board, tag, style)));
  }
  table.has_notes = has_notes(board);
  return table;
}

std::size_t count_sections(const Leaderboard& board) {
  std::size_t count = 0;
  for (std::size_t row = 0; row < board.rows.size(); ++row) {
    count += begins_section(board, row) ? 1 : 0;
  }
  return count;
}

std::string caption(const Leaderboard& board, const FieldLayout& layout, const Table& table,
                    const LeaderboardStyle& style) {
  const bool is_one = count_sections(board) == 1;
  std::string text = "Results";
  if (is_one && has_titles(board)) text += concat(" on ", latex_text(contest_title(board.rows[0])));
  if (!layout.common.empty()) text += concat(": ", latex_text(joined(layout.common, ", ")));
  text += ". ";

  const auto any = [&table](const auto& holds) {
    return std::any_of(table.figures.begin(), table.figures.end(), holds);
  };
  const auto points = [&any](Direction direction) {
    return any([direction](const FigureColumn& column) { return column.direction == direction; });
  };
  std::vector<std::string> arrows;
  if (points(Direction::kHigherIsBetter)) arrows.emplace_back("$\\uparrow$ higher is better");
  if (points(Direction::kLowerIsBetter)) arrows.emplace_back("$\\downarrow$ lower is better");
  if (!arrows.empty()) text += joined(arrows, ", ") + ". ";
  if (has_interval(board, style)) text += "In brackets: 95\\,\\% intervals. ";
  if (any([](const FigureColumn& column) { return column.has_bold; })) {
    text += concat("Bold: the best of a column", is_one ? "" : " on each task",
                   ", and what its 95\\,\\% interval does not tell apart from it. ");
  }
  text.pop_back();
  return text;
}

// Who reads the file learns where it came from, and what each column is.
std::string comments(const Leaderboard& board) {
  std::string newest;
  for (const LeaderboardRow& row : board.rows) newest = std::max(newest, row.newest);
  std::string text = concat(
      "% Yardstick ", YARDSTICK_VERSION, ", leaderboard by ", printable(board.query.sort),
      ", newest run ", printable(newest.substr(0, 10)), ".\n% Needs \\usepackage{booktabs}.\n");
  for (const std::string& tag : board.columns) {
    if (title_of(tag) != tag) text += concat("% ", title_of(tag), ": ", tag, "\n");
  }
  return text;
}

// Only what \ref takes without surprises.
std::string label(const Leaderboard& board) {
  std::string name = concat("tab:yardstick-", board.query.sort);
  std::replace_if(
      name.begin() + 4, name.end(),
      [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '-');
  return name;
}

// The describing and the figures' columns of one line, and the notes.
std::string tabular_line(const std::vector<std::string>& cells) {
  return concat("    ", joined(cells, " & "), " \\\\\n");
}

std::string head_lines(const Table& table) {
  std::vector<std::string> titles = table.headings;
  std::vector<std::string> units(titles.size(), "{}");
  for (const FigureColumn& column : table.figures) {
    titles.push_back(column.spanning(column.title));
    units.push_back(column.spanning(column.unit));
  }
  if (table.has_notes) {
    titles.emplace_back("Notes");
    units.emplace_back("{}");
  }
  return tabular_line(titles) + tabular_line(units);
}

std::string body_lines(const Leaderboard& board, const Table& table, std::size_t columns) {
  std::vector<std::size_t> widths(table.headings.size(), 0);
  for (const auto& entries : table.entries) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(entries[i]));
    }
  }
  const bool has_sections = has_titles(board) && count_sections(board) > 1;
  std::string text;
  for (std::size_t row = 0; row < board.rows.size(); ++row) {
    if (begins_section(board, row)) {
      if (row == 0 || has_sections) text += "    \\midrule\n";
      if (has_sections) {
        text += concat("    \\multicolumn{", columns, "}{@{}l}{\\emph{",
                       latex_text(contest_title(board.rows[row])), "}} \\\\\n");
      }
    }
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      cells.push_back(pad(table.entries[row][i], widths[i], Align::kLeft));
    }
    for (const FigureColumn& column : table.figures) cells.push_back(column.rows[row]);
    if (table.has_notes) cells.push_back(latex_text(joined(board.rows[row].flags, ", ")));
    text += tabular_line(cells);
  }
  return text;
}

}  // namespace

std::string latex_text(std::string_view text) {
  const std::string shown = printable(text);
  std::string latex;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const std::string_view rest = std::string_view(shown).substr(i);
    if (rest.starts_with(kReplacement)) {  // no font has it
      latex += '?';
      i += kReplacement.size() - 1;
      continue;
    }
    if (rest.starts_with(kMicro)) {
      latex += "$\\mu$";
      i += kMicro.size() - 1;
      continue;
    }
    const char c = shown[i];
    // Two of these would join to a dash or a quotation mark.
    if (i > 0 && c == shown[i - 1] && std::string_view("-',").find(c) != std::string_view::npos) {
      latex += "{}";
    }
    const char* const command = escaped(c);
    latex += command != nullptr ? std::string(command) : std::string(1, c);
  }
  return latex;
}

std::string leaderboard_latex(const Leaderboard& board, const LeaderboardStyle& style) {
  const FieldLayout layout = lay_out_fields(board);
  const Table table = table_of(board, layout, style);
  std::string spec(table.headings.size(), 'l');
  std::size_t columns = table.headings.size() + (table.has_notes ? 1 : 0);
  for (const FigureColumn& column : table.figures) {
    spec += column.spec();
    columns += column.width;
  }
  if (table.has_notes) spec += 'l';
  return concat(comments(board), "\\begin{table}[t]\n  \\centering\n  \\caption{",
                caption(board, layout, table, style), "}\n  \\label{", label(board),
                "}\n  \\small\n  \\begin{tabular}{@{}", spec, "@{}}\n    \\toprule\n",
                head_lines(table), body_lines(board, table, columns),
                "    \\bottomrule\n  \\end{tabular}\n\\end{table}\n");
}

}  // namespace yardstick::detail
