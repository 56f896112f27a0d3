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

// Which side each of sides x processes processes measures, all orders alike, drawn from `seed`. Drift
// of the machine may then fall on any side, and the rank tests' p values hold whatever it does
// (docs/decisions/0008-order-of-processes.md).
std::vector<std::size_t> interleaved_order(std::size_t sides, std::int64_t processes,
                                           std::uint64_t seed);

// The same in rounds that hold every side once, each in an order of its own: where all sides are to
// have got equally far at any time.
std::vector<std::size_t> order_in_rounds(std::size_t sides, std::int64_t rounds,
                                         std::uint64_t seed);

}  // namespace yardstick
