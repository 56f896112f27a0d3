#include "results/cell_text.h"

#include "results/text_layout.h"

#include <cctype>
#include <cstdio>
#include <cstdlib>

namespace yardstick::detail {

std::string csv_text(std::string_view text) {
  const bool is_formula =
      !text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos;
  const std::string shown = (is_formula ? "'" : "") + std::string(text);
  if (shown.find_first_of("\",\r\n") == std::string::npos) return shown;
  std::string quoted = "\"";
  for (const char c : shown) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string number_text(double value) {
  char text[32];
  for (int digits = 15; digits <= 17; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    if (std::strtod(text, nullptr) == value) break;
  }
  return text;
}

std::string markdown_text(std::string_view text) {
  const std::string shown = printable(text);
  const auto is_word = [&shown](std::size_t i) {
    return i < shown.size() &&
           (std::isalnum(static_cast<unsigned char>(shown[i])) || shown[i] == '_');
  };
  std::string escaped;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    // An underscore inside a word is only itself.
    const bool is_plain = shown[i] == '_' && i > 0 && is_word(i - 1) && is_word(i + 1);
    if (!is_plain && std::string_view("\\`*_[]<>|~&").find(shown[i]) != std::string_view::npos) {
      escaped += '\\';
    }
    escaped += shown[i];
    // GitHub tells a person of "@name" and links "#12", escaped or not, but not across a comment.
    if ((shown[i] == '@' || shown[i] == '#') && is_word(i + 1)) escaped += "<!-- -->";
  }
  return escaped;
}

std::string xml_text(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        // XML 1.0 has no way to write other control characters.
        escaped += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return escaped;
}

}  // namespace yardstick::detail
