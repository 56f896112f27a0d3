#pragma once

#include "results/leaderboard.h"

#include <yardstick/run.h>

#include <vector>

namespace yardstick::test {

// What query_leaderboard() should give for a file with these records, added in this order, worked
// out from the records alone and without regard to time. Of the query's filters those with = and >.
// Without columns; without rows where the query should throw.
Leaderboard reference_leaderboard(const std::vector<RunRecord>& records, LeaderboardQuery query);

}  // namespace yardstick::test
