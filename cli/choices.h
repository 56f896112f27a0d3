#pragma once

#include "cli/sources.h"

#include <yardstick/registry.h>

#include <string>

namespace yardstick::cli {

// A registered component with its parameters, as "name:key=value,key=value" gives it.
template <typename Entry>
struct Choice {
  const Entry* entry = nullptr;
  Params params;
};

// "name" and "key=value,key=value" parted at the first colon.
struct ChoiceText {
  std::string name;
  std::string assignments;  // "" where there is no colon
};
ChoiceText split_choice(const std::string& text);

// Sets each "key=value" of `assignments`, as `given` by the user for the component `name`. Throws
// User on an unknown parameter or a value that does not do.
void assign(Params& params, const std::string& assignments, const std::string& name,
            const Sourced& given);

// Throws User on an unknown name or parameter, with the nearest.
template <typename Entry>
Choice<Entry> choose(const Registry<Entry>& registry, const Sourced& given) {
  const ChoiceText text = split_choice(given.text);
  const Entry& entry = registry.get(text.name);
  Choice<Entry> choice{&entry, Params(entry.schema)};
  assign(choice.params, text.assignments, entry.name, given);
  return choice;
}

}  // namespace yardstick::cli
