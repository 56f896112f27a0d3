#pragma once

#include "models/layers/start.h"

#include <yardstick/registry.h>

#include <memory>
#include <string_view>

namespace yardstick {

// Every SAM 2 trunk.
void register_sam2(Registrar& registrar);

// A registered one, or null where there is none of that name. Throws User where the parameters do
// not fit together.
std::unique_ptr<Model> make_sam2_variant(std::string_view name, const Params& params, Start start);

}  // namespace yardstick
