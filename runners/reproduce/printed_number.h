#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace yardstick {

// A number as a paper prints it. The digits are kept: 84.0 says more than 84.
struct PrintedNumber {
  std::string text;
  double value = 0;
  double unit = 1;  // of the last digit: 0.1 for "84.0"

  double half_unit() const { return unit / 2; }
};

// Digits with at most one point and a sign in front, 20 characters at most; nothing on other text.
std::optional<PrintedNumber> parse_printed_number(std::string_view text);

}  // namespace yardstick
