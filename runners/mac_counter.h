#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace yardstick {

// What the operators of a piece of work executed.
struct MacCount {
  std::int64_t total = 0;
  std::map<std::string, std::int64_t> by_operator;      // multiply-accumulates
  std::map<std::string, std::int64_t> uncounted_calls;  // of operators that may multiply, no rule
  std::int64_t counted_calls = 0;

  // Uncounted calls among all calls that multiply matrices, or may; 0..1.
  double uncounted_share() const;
};

// Runs `work` on this thread and counts the multiply-accumulates of every operator it executes,
// forward and backward (also what autograd runs on threads of its own for it). An operator that
// another counted one calls inside is not counted again.
MacCount count_macs(const std::function<void()>& work);

}  // namespace yardstick
