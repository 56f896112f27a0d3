#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace yardstick {

// How many processes a comparison takes and how exact it asks them to be (measurement.md,
// "Isolation").
struct ComparisonProfile {
  std::string name;
  std::int64_t processes = 9;  // of each side
  std::string protocol;        // each process's protocol profile
  // Level of the verdict. 3 + 3 processes cannot resolve anything at 5 %: complete separation comes
  // by chance in one of ten.
  double alpha = 0.05;
};

// "smoke", "nightly", "verdict", "publish"; throws User on another.
ComparisonProfile comparison_profile(const std::string& name);
std::vector<std::string> comparison_profile_names();

// Which side each process measures: `rounds` blocks that hold every side once, each in an order
// drawn from `seed`. Drift of the machine then falls on all sides alike.
std::vector<std::size_t> interleaved_order(std::size_t sides, std::int64_t rounds,
                                           std::uint64_t seed);

}  // namespace yardstick
