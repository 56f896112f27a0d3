#pragma once

#include <yardstick/registry.h>

namespace yardstick {

// "macs_budget": the labels' loss plus weight * (GMACs - target)^2, for models with a learned cost
// (learned_cost.h): how DiffRate learns its rates (arXiv 2305.17997, equation 8; engine.py of
// OpenGVLab/DiffRate).
void register_macs_budget(Registrar& registrar);

}  // namespace yardstick
