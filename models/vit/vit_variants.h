#pragma once

#include <yardstick/registry.h>

namespace yardstick {

// Every vit_*, deit_* and swag_vit_* model and the golden family "vit".
void register_vit(Registrar& registrar);

}  // namespace yardstick
