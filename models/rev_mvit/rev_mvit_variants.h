#pragma once

#include <yardstick/registry.h>

namespace yardstick {

void register_rev_mvit(Registrar& registrar);

}  // namespace yardstick
