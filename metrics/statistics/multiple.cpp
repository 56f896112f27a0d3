#include "metrics/statistics/multiple.h"

#include "metrics/statistics/preconditions.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace yardstick {
namespace {

// Indices from the smallest p value to the largest.
std::vector<std::size_t> ascending(std::span<const double> p_values) {
  detail::require(
      std::all_of(p_values.begin(), p_values.end(), [](double p) { return p >= 0 && p <= 1; }),
      "p values outside [0, 1]");
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  return order;
}

}  // namespace

std::vector<double> holm(std::span<const double> p_values) {
  const std::vector<std::size_t> order = ascending(p_values);
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double left = static_cast<double>(order.size() - i);
    largest = std::max(largest, std::min(1.0, left * p_values[order[i]]));
    adjusted[order[i]] = largest;
  }
  return adjusted;
}

std::vector<double> benjamini_hochberg(std::span<const double> p_values) {
  const std::vector<std::size_t> order = ascending(p_values);
  std::vector<double> adjusted(p_values.size());
  const double tests = static_cast<double>(order.size());
  double smallest = 1;
  for (std::size_t i = order.size(); i-- > 0;) {
    smallest = std::min(smallest, tests / static_cast<double>(i + 1) * p_values[order[i]]);
    adjusted[order[i]] = smallest;
  }
  return adjusted;
}

}  // namespace yardstick
