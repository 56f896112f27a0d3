#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace yardstick::cli {

std::string with_digits(double value, int digits);

// A p value: "0.0213", "4.1e-05".
std::string p_text(double p);

// A factor as a change: 1.05 is "5.0 %".
std::string percent_above_one(double factor);
// With its sign: "+5.0 %", "-4.8 %".
std::string change_text(double factor);

// "12", "-3"; nothing where the text is anything else or too large.
std::optional<std::int64_t> whole_number(std::string_view text);

}  // namespace yardstick::cli
