#pragma once

#include <yardstick/registry.h>

namespace yardstick {

// Every SAM 2 trunk.
void register_sam2(Registrar& registrar);

}  // namespace yardstick
