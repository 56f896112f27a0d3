#pragma once

#include "cli/reproduce_judge.h"

#include <yardstick/run.h>

#include <map>
#include <string>
#include <vector>

namespace yardstick::cli {

// What a reproduction came to, for every output alike.
struct ReproduceReport {
  const std::vector<Ledger>& ledgers;
  const ReproduceOptions& options;
  const std::vector<RowResult>& rows;
  std::string machine;  // name of the GPU or CPU; "" where nothing was measured
  double duration_s = 0;
  bool has_failures = false;
  bool was_stopped = false;

  std::map<ReproductionVerdict, int> counts() const;  // of figures
  // kSomeFailed where a figure is OFF or a measurement failed, and after an interruption; else
  // kUnresolved where a ratio agrees with its claim and with none alike, or no figure got a
  // verdict; else kOk.
  int exit_code() const;
};

// Rows in the order of the ledgers, those of one table together.
struct TableResult {
  const Ledger* ledger = nullptr;
  const LedgerTable* table = nullptr;
  std::vector<const RowResult*> rows = {};
};
std::vector<TableResult> by_table(const std::vector<RowResult>& rows);

// "83.66 %", "1.643x [1.588, 1.702]"; "" where nothing was measured.
std::string measured_text(const FigureResult& figure);
std::string published_text(const LedgerFigure& figure);
// "EXACT 3, OFF 1, NOT RUN 20", in the verdicts' order.
std::string counts_text(const ReproduceReport& report);
// What --quick makes of the figures: one line, "" without it.
std::string quick_note(const ReproduceOptions& options);

std::string reproduce_text(const ReproduceReport& report);
std::string reproduce_markdown(const ReproduceReport& report);
std::string reproduce_json(const ReproduceReport& report);
// One paper's part of the JSON, as a record stores it (results/reproductions.h).
std::string paper_json(const ReproduceReport& report, const Ledger& ledger);

}  // namespace yardstick::cli
