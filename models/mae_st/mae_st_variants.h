#pragma once

#include "models/layers/start.h"

#include <yardstick/registry.h>

#include <memory>
#include <string_view>

namespace yardstick {

// Every mae_st_* model, named after the official function, and the golden family "mae_st".
void register_mae_st(Registrar& registrar);

// A registered variant. With Start::kUnset even the largest costs no time and no memory. Throws
// User where the parameters do not fit together; Internal on a name that is not registered.
std::unique_ptr<Model> make_mae_st_variant(std::string_view name, const Params& params,
                                           Start start);

}  // namespace yardstick
