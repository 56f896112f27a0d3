#pragma once

#include <yardstick/registry.h>

namespace yardstick {

// Every vit_* model and the golden family "vit".
void register_vit(Registrar& registrar);

}  // namespace yardstick
