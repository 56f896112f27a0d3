#pragma once

#include "models/layers/start.h"

#include <yardstick/registry.h>

#include <memory>
#include <string_view>

namespace yardstick {

// Every mae_hiera_* network.
void register_masked_hiera(Registrar& registrar);

// A registered one, or null where there is none of that name. Throws User where the parameters do
// not fit together.
std::unique_ptr<Model> make_masked_hiera_variant(std::string_view name, const Params& params,
                                                 Start start);

}  // namespace yardstick
