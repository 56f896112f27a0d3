#include "tasks/io/brace_expansion.h"

#include <yardstick/error.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace yardstick {
namespace {

constexpr std::size_t kMaxNames = 1'000'000;

bool parse_number(std::string_view text, std::int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return !text.empty() && text[0] != '-' && error == std::errc() &&
         end == text.data() + text.size();
}

// The alternatives inside one pair of braces.
std::vector<std::string> alternatives(std::string_view inside, const std::string& pattern) {
  std::vector<std::string> found;
  const std::size_t dots = inside.find("..");
  std::int64_t first = 0, last = 0;
  if (dots != std::string_view::npos && parse_number(inside.substr(0, dots), first) &&
      parse_number(inside.substr(dots + 2), last)) {
    if (first > last) throw_user(concat("the range {", inside, "} in ", pattern, " falls"));
    if (last - first >= static_cast<std::int64_t>(kMaxNames)) {
      throw_user(concat(pattern, " stands for more than ", kMaxNames, " files"));
    }
    const std::size_t width =
        inside[0] == '0' || inside[dots + 2] == '0' ? std::max(dots, inside.size() - dots - 2) : 0;
    for (std::int64_t number = first; number <= last; ++number) {
      std::string digits = std::to_string(number);
      if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
      found.push_back(std::move(digits));
    }
    return found;
  }
  for (;;) {
    const std::size_t comma = inside.find(',');
    found.emplace_back(inside.substr(0, comma));
    if (comma == std::string_view::npos) return found;
    inside.remove_prefix(comma + 1);
  }
}

}  // namespace

std::vector<std::string> expand_braces(const std::string& pattern) {
  std::vector<std::string> names = {""};
  std::string_view rest = pattern;
  while (!rest.empty()) {
    const std::size_t open = rest.find('{');
    const std::string_view literal = rest.substr(0, open);
    std::vector<std::string> choices = {""};
    if (open == std::string_view::npos) {
      rest = {};
    } else {
      const std::size_t close = rest.find('}', open);
      if (close == std::string_view::npos) throw_user(concat("a brace is not closed in ", pattern));
      choices = alternatives(rest.substr(open + 1, close - open - 1), pattern);
      rest.remove_prefix(close + 1);
    }
    if (names.size() * choices.size() > kMaxNames) {
      throw_user(concat(pattern, " stands for more than ", kMaxNames, " files"));
    }
    std::vector<std::string> longer;
    longer.reserve(names.size() * choices.size());
    for (const std::string& name : names) {
      for (const std::string& choice : choices) longer.push_back(concat(name, literal, choice));
    }
    names = std::move(longer);
  }
  return names;
}

}  // namespace yardstick
