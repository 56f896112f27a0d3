#pragma once

#include <cstdint>
#include <vector>

namespace yardstick {

// How many tokens each of `depth` blocks merges, as tome.utils.parse_r gives it: `r` in each, bent
// by `inflect` from r (1 - inflect) in the first linearly to r (1 + inflect) in the last, each cut
// off to an integer. 0: constant; -1: the paper's decreasing schedule, from 2 r to 0. A single
// block merges r, where the official code divides by zero.
std::vector<std::int64_t> merge_schedule(std::int64_t r, double inflect, std::int64_t depth);
// A list of them: padded with zeros to `depth`, never cut.
std::vector<std::int64_t> padded_schedule(std::vector<std::int64_t> list, std::int64_t depth);

}  // namespace yardstick
