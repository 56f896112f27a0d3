#pragma once

namespace yardstick {

// How wide random weights start.
enum class InitScale {
  kReference,  // as the family's official code: deviation 0.02
  kFanIn       // deviation 1 / sqrt(inputs) and strong positions: for widths below 100 or so, which
               // 0.02 leaves almost blind, so that they learn nothing for many epochs
};

}  // namespace yardstick
