#include "cli/exit_code.h"
#include "cli/number_text.h"
#include "cli/progress.h"
#include "cli/reproduce_output.h"
#include "cli/text_table.h"
#include "results/text_layout.h"

#include <yardstick/error.h>

#include <algorithm>
#include <cmath>

namespace yardstick::cli {
namespace {

using Align = TextTable::Align;

constexpr int kMostDigits = 3;

// One digit more than the paper prints, to show how near it is.
int digits_of(const LedgerFigure& figure) {
  const int printed = static_cast<int>(std::lround(-std::log10(figure.published.unit)));
  const int digits = figure.spec->is_ratio() ? std::max(printed, 2) : printed;
  return std::min(digits + 1, std::max(kMostDigits, printed));
}

std::string with_unit(const std::string& number, std::string_view unit) {
  if (unit.empty()) return number;
  return unit == "x" || unit == "/s" ? concat(number, unit) : concat(number, " ", unit);
}

std::string title_of(const Ledger& ledger) {
  std::string title = concat(ledger.paper, ": ", ledger.title);
  std::string where = ledger.arxiv.empty() ? std::string() : "arXiv " + ledger.arxiv;
  if (!ledger.venue.empty()) where += (where.empty() ? "" : ", ") + ledger.venue;
  return where.empty() ? title : concat(title, " (", where, ")");
}

std::string setting_of(const LedgerTable& table) {
  // Rows may differ from their table; what all have is the table's.
  std::string text;
  for (const auto& [name, value] : table.rows.front().setting) {
    const bool is_common = std::all_of(table.rows.begin(), table.rows.end(),
                                       [&name = name, &value = value](const LedgerRow& row) {
                                         const std::string* own = find_text(row.setting, name);
                                         return own != nullptr && *own == value;
                                       });
    if (is_common) text += concat(text.empty() ? "" : ", ", name, " ", value);
  }
  return text;
}

// "OFF (-12.0 %)", "NOT RUN": with the reason behind it where that says more.
std::string verdict_text(const FigureResult& figure) {
  const Judgement& judgement = figure.judgement;
  std::string text(to_string(judgement.verdict));
  if (!judgement.reason.empty()) text += ": " + judgement.reason;
  return text;
}

// Every row's OFF figures with what was other.
std::string differences_text(const TableResult& table) {
  std::string text;
  for (const RowResult* row : table.rows) {
    for (const FigureResult& figure : row->figures) {
      if (figure.differs.empty()) continue;
      text += wrap(concat(row->plan->row->id, " ", figure.figure->spec->name, " is OFF; ",
                          detail::joined(figure.differs, "; ")),
                   100, "    ");
    }
  }
  return text;
}

std::string table_text(const TableResult& table) {
  TextTable text({Align::kLeft, Align::kLeft, Align::kRight, Align::kLeft, Align::kLeft}, "  ");
  text.add({"row", "figure", "published", "measured", "verdict"});
  for (const RowResult* row : table.rows) {
    for (const FigureResult& figure : row->figures) {
      const std::string measured = measured_text(figure);
      text.add({row->plan->row->id, std::string(figure.figure->spec->name),
                published_text(*figure.figure), measured.empty() ? "-" : measured,
                verdict_text(figure)});
    }
  }
  const std::string setting = setting_of(*table.table);
  return concat(table.table->id, ": ", table.table->about,
                setting.empty() ? "" : concat("\n  published: ", setting), "\n", text.text(),
                differences_text(table), "\n");
}

std::string row_markdown(const RowResult& row) {
  std::string text;
  bool is_first = true;
  for (const FigureResult& figure : row.figures) {
    std::string why = figure.judgement.reason;
    if (!figure.differs.empty())
      why += (why.empty() ? "" : "; ") + detail::joined(figure.differs, "; ");
    text += concat("| ", is_first ? markdown_cell(row.plan->row->id) : "", " | ",
                   figure.figure->spec->name, " | ", published_text(*figure.figure), " | ",
                   measured_text(figure), " | ", to_string(figure.judgement.verdict), " | ",
                   markdown_cell(why), " |\n");
    is_first = false;
  }
  return text;
}

}  // namespace

std::map<ReproductionVerdict, int> ReproduceReport::counts() const {
  std::map<ReproductionVerdict, int> counts;
  for (const RowResult& row : rows) {
    for (const FigureResult& figure : row.figures) ++counts[figure.judgement.verdict];
  }
  return counts;
}

int ReproduceReport::exit_code() const {
  auto verdicts = counts();
  if (was_stopped || has_failures || verdicts[ReproductionVerdict::kOff] > 0) return kSomeFailed;
  const int judged = verdicts[ReproductionVerdict::kExact] +
                     verdicts[ReproductionVerdict::kWithin] +
                     verdicts[ReproductionVerdict::kStatistical];
  if (judged == 0) return kUnresolved;
  for (const RowResult& row : rows) {
    for (const FigureResult& figure : row.figures) {
      if (!figure.judgement.is_resolved) return kUnresolved;
    }
  }
  return kOk;
}

std::vector<TableResult> by_table(const std::vector<RowResult>& rows) {
  std::vector<TableResult> tables;
  for (const RowResult& row : rows) {
    if (tables.empty() || tables.back().table != row.plan->table) {
      tables.push_back({row.plan->ledger, row.plan->table});
    }
    tables.back().rows.push_back(&row);
  }
  return tables;
}

std::string published_text(const LedgerFigure& figure) {
  return with_unit(figure.published.text, figure.spec->unit);
}

std::string measured_text(const FigureResult& figure) {
  if (!figure.measured) return {};
  const int digits = digits_of(*figure.figure);
  const auto number = [digits](double value) { return with_digits(value, digits); };
  std::string text = with_unit(number(*figure.measured), figure.figure->spec->unit);
  if (figure.interval) {
    text += concat(" [", number(figure.interval->low), ", ", number(figure.interval->high), "]");
  }
  return text;
}

std::string counts_text(const ReproduceReport& report) {
  std::string text;
  for (const auto& [verdict, count] : report.counts()) {
    text += concat(text.empty() ? "" : ", ", to_string(verdict), " ", count);
  }
  return text;
}

std::string quick_note(const ReproduceOptions& options) {
  if (!options.is_quick) return {};
  return concat("quick: ratios from ", options.processes, " processes a side at batch ",
                options.batch > 0 ? options.batch : 1, ", protocol ", options.protocol,
                "; counts are of the full size");
}

std::string reproduce_text(const ReproduceReport& report) {
  std::string text;
  const Ledger* ledger = nullptr;
  for (const TableResult& table : by_table(report.rows)) {
    if (table.ledger != ledger) {
      ledger = table.ledger;
      text += title_of(*ledger) + "\n\n";
    }
    text += table_text(table);
  }
  if (!report.machine.empty()) text += concat("measured on ", report.machine, "\n");
  if (report.options.is_quick) text += quick_note(report.options) + "\n";
  if (report.was_stopped) text += "interrupted: what was measured is kept\n";
  return concat(text, counts_text(report), " (", clock_text(report.duration_s), ")\n");
}

std::string reproduce_markdown(const ReproduceReport& report) {
  std::string text;
  const Ledger* ledger = nullptr;
  for (const TableResult& table : by_table(report.rows)) {
    if (table.ledger != ledger) {
      ledger = table.ledger;
      text += concat(text.empty() ? "" : "\n", "# ", title_of(*ledger), "\n");
    }
    text += concat("\n## ", table.table->id, "\n\n", table.table->about, ".");
    if (const std::string setting = setting_of(*table.table); !setting.empty()) {
      text += concat(" Published: ", setting, ".");
    }
    text +=
        "\n\n| row | figure | published | measured | verdict | |\n"
        "|---|---|---:|---:|---|---|\n";
    for (const RowResult* row : table.rows) text += row_markdown(*row);
  }
  text += concat("\n", counts_text(report), ".");
  if (!report.machine.empty()) text += concat(" Measured on ", report.machine, ".");
  if (report.options.is_quick) text += concat(" ", quick_note(report.options), ".");
  return text + "\n";
}

}  // namespace yardstick::cli
