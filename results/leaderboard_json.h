#pragma once

#include "results/leaderboard.h"
#include "results/record_json.h"

namespace yardstick::detail {

// {"schema": 1, "query": ..., "columns": [...], "rows": [...]} (docs/results-schema.md).
OrderedJson leaderboard_json(const Leaderboard& board);

}  // namespace yardstick::detail
