#pragma once

#include <yardstick/registry.h>

namespace yardstick {

// Every rev_vit_* model and the golden family "rev_vit".
void register_rev_vit(Registrar& registrar);

}  // namespace yardstick
