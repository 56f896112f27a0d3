#include "metrics/statistics/tied_groups.h"

#include "metrics/statistics/preconditions.h"

#include <algorithm>
#include <iterator>
#include <numeric>

namespace yardstick {
namespace {

using Group = std::vector<std::size_t>;

bool holds(const Group& group, std::size_t side) {
  return std::binary_search(group.begin(), group.end(), side);
}

Group without(const Group& group, std::size_t side) {
  Group rest;
  std::copy_if(group.begin(), group.end(), std::back_inserter(rest),
               [&](std::size_t member) { return member != side; });
  return rest;
}

bool is_inside_one_of(const std::vector<Group>& groups, const Group& group) {
  return std::any_of(groups.begin(), groups.end(), [&](const Group& other) {
    return std::includes(other.begin(), other.end(), group.begin(), group.end());
  });
}

std::string letters_of(std::size_t group) {
  std::string letters;
  for (std::size_t left = group + 1; left > 0; left = (left - 1) / 26)
    letters.insert(letters.begin(), static_cast<char>('a' + (left - 1) % 26));
  return letters.size() == 1 ? letters : "(" + letters + ")";
}

}  // namespace

std::vector<std::vector<std::size_t>> tied_groups(std::size_t sides,
                                                  std::span<const ResolvedPair> resolved) {
  if (sides == 0) return {};
  std::vector<Group> groups{Group(sides)};
  std::iota(groups[0].begin(), groups[0].end(), std::size_t{0});
  for (const auto& [a, b] : resolved) {
    detail::require(a < sides && b < sides, "a verdict about an unknown side");
    detail::require(a != b, "a verdict between a side and itself");
    std::vector<Group> kept;
    std::vector<Group> halves;
    for (const Group& group : groups) {
      if (holds(group, a) && holds(group, b)) {
        halves.push_back(without(group, a));
        halves.push_back(without(group, b));
      } else {
        kept.push_back(group);
      }
    }
    // Larger ones first: a half can only lie inside one at least as large.
    std::stable_sort(halves.begin(), halves.end(),
                     [](const Group& x, const Group& y) { return x.size() > y.size(); });
    for (Group& half : halves) {
      if (!is_inside_one_of(kept, half)) kept.push_back(std::move(half));
    }
    groups = std::move(kept);
  }
  std::sort(groups.begin(), groups.end());
  return groups;
}

std::vector<std::string> group_letters(std::size_t sides,
                                       std::span<const std::vector<std::size_t>> groups) {
  std::vector<std::string> letters(sides);
  for (std::size_t group = 0; group < groups.size(); ++group) {
    for (const std::size_t side : groups[group]) {
      detail::require(side < sides, "a group of an unknown side");
      letters[side] += letters_of(group);
    }
  }
  return letters;
}

}  // namespace yardstick
