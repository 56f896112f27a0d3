#pragma once

namespace yardstick {

// What a new network's parameters hold.
enum class Start {
  kRandom,  // the family's initialisation
  kUnset    // whatever was in memory: weights are loaded next, or only names and shapes matter
};

// How wide random weights start.
enum class InitScale {
  kReference,  // as the family's official code: deviation 0.02
  kFanIn       // deviation 1 / sqrt(inputs) and strong positions: for widths below 100 or so, which
               // 0.02 leaves almost blind, so that they learn nothing for many epochs
};

}  // namespace yardstick
