#pragma once

#include <yardstick/registry.h>

namespace yardstick {

// Every mae_st_* model, named after the official function, and the golden family "mae_st".
void register_mae_st(Registrar& registrar);

}  // namespace yardstick
