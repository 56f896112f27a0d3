#include "runners/reproduce/printed_number.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <cstdlib>

namespace yardstick {

std::optional<PrintedNumber> parse_printed_number(std::string_view text) {
  constexpr std::size_t kLongest = 20;
  if (text.size() > kLongest) return std::nullopt;
  std::string_view digits = text;
  if (digits.starts_with('-') || digits.starts_with('+')) digits.remove_prefix(1);
  const std::size_t point = digits.find('.');
  const std::string_view whole = digits.substr(0, point);
  const std::string_view rest =
      point == std::string_view::npos ? std::string_view() : digits.substr(point + 1);
  const auto all_digits = [](std::string_view part) {
    return std::all_of(part.begin(), part.end(),
                       [](unsigned char c) { return std::isdigit(c) != 0; });
  };
  if (whole.empty() || !all_digits(whole) || !all_digits(rest)) return std::nullopt;
  if (point != std::string_view::npos && rest.empty()) return std::nullopt;
  PrintedNumber number;
  number.text = text;
  number.value = std::strtod(number.text.c_str(), nullptr);
  number.unit = std::pow(10.0, -static_cast<double>(rest.size()));
  return number;
}

}  // namespace yardstick
