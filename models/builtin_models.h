#pragma once

#include <yardstick/registry.h>

namespace yardstick {

// Registers every model, method and golden family that ships with Yardstick: one call a family.
void register_builtin_models(Registrar& registrar);

}  // namespace yardstick
