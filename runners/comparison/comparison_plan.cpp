#include "runners/comparison/comparison_plan.h"

#include "metrics/statistics/bootstrap.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

#include <numeric>
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

std::vector<std::size_t> interleaved_order(std::size_t sides, std::int64_t rounds,
                                           std::uint64_t seed) {
  ResamplingGenerator draws(seed);
  std::vector<std::size_t> order;
  for (std::int64_t round = 0; round < rounds; ++round) {
    std::vector<std::size_t> block(sides);
    std::iota(block.begin(), block.end(), std::size_t{0});
    for (std::size_t left = sides; left > 1; --left) {
      std::swap(block[left - 1], block[draws.index(left)]);
    }
    order.insert(order.end(), block.begin(), block.end());
  }
  return order;
}

}  // namespace yardstick
