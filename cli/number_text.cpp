#include "cli/number_text.h"

#include <charconv>
#include <cstdio>
#include <system_error>

namespace yardstick::cli {
namespace {

std::string formatted(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace

std::string with_digits(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string p_text(double p) { return formatted(p < 1e-4 ? "%.1e" : "%.4f", p); }

std::string percent_above_one(double factor) { return formatted("%.1f %%", 100 * (factor - 1)); }

std::string change_text(double factor) { return formatted("%+.1f %%", 100 * (factor - 1)); }

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

}  // namespace yardstick::cli
