#include "runners/comparison/comparison_plan.h"

#include "metrics/statistics/bootstrap.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

#include <span>
#include <utility>

namespace yardstick {
namespace {

const std::vector<ComparisonProfile>& all_profiles() {
  static const std::vector<ComparisonProfile> profiles = {
      {.name = "smoke", .processes = 3, .protocol = "smoke", .alpha = 0.10},
      {.name = "nightly", .processes = 5, .protocol = "default"},
      {.name = "verdict", .processes = 9, .protocol = "default"},
      {.name = "publish", .processes = 9, .protocol = "publish"},
  };
  return profiles;
}

void append_every(std::size_t sides, std::vector<std::size_t>& order) {
  for (std::size_t side = 0; side < sides; ++side) order.push_back(side);
}

void shuffle(std::span<std::size_t> order, ResamplingGenerator& draws) {
  for (std::size_t left = order.size(); left > 1; --left) {
    std::swap(order[left - 1], order[draws.index(left)]);
  }
}

}  // namespace

std::vector<std::string> comparison_profile_names() {
  std::vector<std::string> names;
  for (const ComparisonProfile& profile : all_profiles()) names.push_back(profile.name);
  return names;
}

ComparisonProfile comparison_profile(const std::string& name) {
  for (const ComparisonProfile& profile : all_profiles()) {
    if (profile.name == name) return profile;
  }
  const auto names = comparison_profile_names();
  throw_user(concat("no comparison profile is named ", name), suggestion(name, names));
}

std::vector<std::size_t> interleaved_order(std::size_t sides, std::int64_t processes,
                                           std::uint64_t seed) {
  std::vector<std::size_t> order;
  for (std::int64_t i = 0; i < processes; ++i) append_every(sides, order);
  ResamplingGenerator draws(seed);
  shuffle(order, draws);
  return order;
}

std::vector<std::size_t> order_in_rounds(std::size_t sides, std::int64_t rounds,
                                         std::uint64_t seed) {
  ResamplingGenerator draws(seed);
  std::vector<std::size_t> order;
  for (std::int64_t i = 0; i < rounds; ++i) {
    append_every(sides, order);
    shuffle(std::span(order).last(sides), draws);
  }
  return order;
}

}  // namespace yardstick
