#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace yardstick {

// Sides of one table that a comparison of all pairs could not tell apart: the compact letter
// display of Piepho (2004), by his insert-and-absorb algorithm.

// Two different sides, by index, whose difference was resolved.
using ResolvedPair = std::pair<std::size_t, std::size_t>;

// The largest sets of mutually tied sides: two sides share a group exactly where no pair of
// `resolved` names them. A side may be in several groups (a tied with b, b with c, but a not with
// c). Each group is in ascending order of index, the groups are ordered by their members. Every
// index below `sides` and no pair of one side with itself, else std::logic_error. Meant for the
// sides of one table: unrelated verdicts over many sides can need exponentially many groups.
std::vector<std::vector<std::size_t>> tied_groups(std::size_t sides,
                                                  std::span<const ResolvedPair> resolved);

// What a table prints beside each side: "a" for the first group, "ab" for a side of the first two.
// The 27th group is "(aa)", so that letters never run together.
std::vector<std::string> group_letters(std::size_t sides,
                                       std::span<const std::vector<std::size_t>> groups);

}  // namespace yardstick
