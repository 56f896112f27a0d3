#pragma once

namespace yardstick {

// What a new network's parameters hold.
enum class Start {
  kRandom,  // the family's initialisation
  kUnset    // whatever was in memory: weights are loaded next, or only names and shapes matter
};

}  // namespace yardstick
