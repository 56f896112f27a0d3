#pragma once

#include "cli/reproduce_plan.h"
#include "cli/reproduce_run.h"
#include "metrics/statistics/interval.h"
#include "runners/reproduce/judgement.h"

#include <optional>
#include <string>
#include <vector>

namespace yardstick::cli {

// A published figure beside ours.
struct FigureResult {
  const LedgerFigure* figure = nullptr;
  std::optional<double> measured = {};    // in the printed unit
  std::optional<Interval> interval = {};  // likewise
  Judgement judgement = {};
  std::vector<std::string> differs = {};  // of an OFF: protocol fields that were other
  std::vector<std::string> run_ids = {};  // what it rests on
};

struct RowResult {
  const RowPlan* plan = nullptr;
  std::vector<FigureResult> figures = {};  // as the row's
};

// A verdict for every figure of every row.
std::vector<RowResult> judge_rows(const ReproducePlan& plan, const ReproduceRuns& runs,
                                  const ReproduceOptions& options);

}  // namespace yardstick::cli
