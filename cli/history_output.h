#pragma once

#include "results/history.h"

#include <string>
#include <vector>

namespace yardstick::cli {

// `limit` as HistorySeries::has_worsened takes it.
std::string history_text(const HistoryQuery& query, const std::vector<HistorySeries>& all,
                         double limit);
std::string history_json(const HistoryQuery& query, const std::vector<HistorySeries>& all,
                         double limit);

}  // namespace yardstick::cli
