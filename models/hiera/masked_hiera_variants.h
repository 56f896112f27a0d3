#pragma once

#include <yardstick/registry.h>

namespace yardstick {

// Every mae_hiera_* network.
void register_masked_hiera(Registrar& registrar);

}  // namespace yardstick
