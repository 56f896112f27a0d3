#pragma once

#include <yardstick/registry.h>

namespace yardstick {

void register_mvit(Registrar& registrar);

}  // namespace yardstick
