#pragma once

#include <yardstick/golden.h>

namespace yardstick {

// The eps of the official argument norm_layer: `fallback` where it is absent or a class name alone,
// and otherwise that of {"name", "eps"}, by which the official code's bound arguments are written.
// Throws Data on another norm than LayerNorm.
double norm_eps_argument(const Arguments& arguments, double fallback);

}  // namespace yardstick
