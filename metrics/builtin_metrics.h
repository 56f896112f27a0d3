#pragma once

#include <yardstick/registry.h>

namespace yardstick {

void register_builtin_metrics(Registrar& registrar);

}  // namespace yardstick
