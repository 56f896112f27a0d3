#include "cli/number_text.h"

#include <cstdio>

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

}  // namespace yardstick::cli
