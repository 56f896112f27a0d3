#pragma once

#include <yardstick/registry.h>

namespace yardstick {

// Every mae_* pre-training model of images and the golden family "mae".
void register_mae(Registrar& registrar);

}  // namespace yardstick
