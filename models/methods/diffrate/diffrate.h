#pragma once

#include <yardstick/registry.h>

namespace yardstick {

// Method "diffrate": prunes and merges tokens to a number for each block (DiffRate, arXiv
// 2305.17997; OpenGVLab/DiffRate). The numbers are given, read from a file of published ones, or
// learned by the objective "macs_budget". Acts on models with TokenReducible whose only prefix is a
// class token. Registers its golden family too.
void register_diffrate(Registrar& registrar);

}  // namespace yardstick
