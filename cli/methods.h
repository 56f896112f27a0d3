#pragma once

#include "cli/choices.h"
#include "cli/sources.h"

#include <yardstick/registry.h>

#include <string>
#include <vector>

namespace yardstick::cli {

// A method to apply, with its parameters validated.
using MethodChoice = Choice<MethodEntry>;

// Parses each "name:key=value,key=value". Throws User on an unknown method or parameter.
std::vector<MethodChoice> choose_methods(const std::vector<Sourced>& texts,
                                         const Registrar& registrar);

// [{"name": "tome", "params": {"r": 16}}], as a record stores it.
std::string methods_json(const std::vector<MethodChoice>& methods);

// Applies them in order. Throws User where one refuses the model.
void apply_methods(const std::vector<MethodChoice>& methods, Model& model);

}  // namespace yardstick::cli
