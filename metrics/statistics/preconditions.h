#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <stdexcept>

namespace yardstick::detail {

// What the statistics ask of their arguments. A broken precondition is a bug of the caller, hence
// std::logic_error.

inline void require(bool holds, const char* precondition) {
  if (!holds) throw std::logic_error(precondition);
}

inline bool is_open_fraction(double value) { return value > 0 && value < 1; }

inline void require_confidence(double confidence) {
  require(is_open_fraction(confidence), "confidence outside (0, 1)");
}

inline void require_values(std::span<const double> values) {
  require(!values.empty(), "statistics of no values");
  require(
      std::none_of(values.begin(), values.end(), [](double value) { return std::isnan(value); }),
      "statistics of values that are not numbers");
}

inline void require_positive(std::span<const double> values) {
  require_values(values);
  require(std::all_of(values.begin(), values.end(),
                      [](double value) { return value > 0 && std::isfinite(value); }),
          "logarithms of values that are not positive");
}

}  // namespace yardstick::detail
