#pragma once

#include "metrics/statistics/mcnemar.h"
#include "results/leaderboard.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace yardstick {

// Which rows of a leaderboard its figures do not tell apart.

inline constexpr double kTieLevel = 0.05;
// Of each contest (one task, split and data), the rows, best first, that are tested in pairs.
inline constexpr std::size_t kMostPairedRows = 200;

// Two rows whose models were judged on the same samples, by their index in the board.
struct PairedRows {
  std::size_t first = 0;
  std::size_t second = 0;
  std::int64_t samples = 0;
  std::int64_t only_first = 0;  // samples that it alone gets right
  std::int64_t only_second = 0;
  double p = 1;                 // McNemar's exact test
  double adjusted_p = 1;        // Holm's, over the pairs of the contest
  PairedDifference difference;  // of the first's accuracy less the second's
};

struct TiedRows {
  std::string tag;
  // Sets of two rows or more, by index, no two of which are told apart, neighbours in the order of
  // the figure. Each row is in one at most: a set begins with the best row that is in none and
  // takes the next ones for as long as they are tied with every member. Hence rows of different
  // sets may still be tied.
  std::vector<std::vector<std::size_t>> groups;
  std::vector<PairedRows> pairs;  // accuracy/top1 only
};

// For each figure that has a better direction, by tag. Two rows of one contest are told
// apart by McNemar's exact test with Holm's adjustment where both kept their outcomes on the same
// samples (accuracy/top1, the first kMostPairedRows rows), else where their intervals do not
// overlap. A figure without an interval is in no set. Without a store no outcomes are read.
std::vector<TiedRows> tied_rows(const Leaderboard& board, const ResultStore* store);

}  // namespace yardstick
