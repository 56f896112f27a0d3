#include "results/condition.h"

#include <yardstick/error.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string_view>

namespace yardstick::detail {

Condition parse_condition(const std::string& filter) {
  const std::size_t at = filter.find_first_of("=<>!");
  const auto malformed = [&filter] {
    throw_user(concat("cannot understand the filter \"", filter, "\""),
               "write it as model=vit_* or 'accuracy/top1>0.9'");
  };
  if (at == std::string::npos || at == 0) malformed();
  const bool has_two = at + 1 < filter.size() && filter[at + 1] == '=' && filter[at] != '=';
  Condition condition{filter.substr(0, at), filter.substr(at, has_two ? 2 : 1),
                      filter.substr(at + (has_two ? 2 : 1))};
  if (condition.op == "!" || condition.value.empty()) malformed();
  return condition;
}

double number_of(const Condition& condition) {
  struct Suffix {
    std::string_view name;
    double factor;
  };
  constexpr Suffix kSuffixes[] = {{"", 1},
                                  {"%", 1e-2},
                                  {"k", 1e3},
                                  {"M", 1e6},
                                  {"G", 1e9},
                                  {"KiB", 1024},
                                  {"MiB", 1024. * 1024},
                                  {"GiB", 1024. * 1024 * 1024},
                                  {"us", 1e-6},
                                  {"ms", 1e-3},
                                  {"s", 1}};
  const char* const end = condition.value.data() + condition.value.size();
  double number = 0;
  const auto [rest, error] = std::from_chars(condition.value.data(), end, number);
  const std::string_view suffix(rest, static_cast<std::size_t>(end - rest));
  const auto* const known = std::find_if(std::begin(kSuffixes), std::end(kSuffixes),
                                         [suffix](const Suffix& s) { return s.name == suffix; });
  if (error != std::errc() || known == std::end(kSuffixes)) {
    throw_user(
        concat("\"", condition.value, "\" is no number to compare ", condition.name, " with"),
        "write it as 0.9, 90%, 30M, 12ms or 512MiB");
  }
  return number * known->factor;
}

}  // namespace yardstick::detail
