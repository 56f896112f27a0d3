#include "cli/choices.h"

#include <yardstick/error.h>

#include <sstream>

namespace yardstick::cli {

ChoiceText split_choice(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return {text, {}};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

void assign(Params& params, const std::string& assignments, const std::string& name,
            const Sourced& given) {
  std::istringstream rest(assignments);
  for (std::string part; std::getline(rest, part, ',');) {
    const auto [key, value] = split_assignment(part, given.where);
    params.set_from_text(key, value, given.origin, concat(given.where, " ", name));
  }
}

}  // namespace yardstick::cli
