#pragma once

#include "tasks/io/draws.h"

#include <cstdint>
#include <vector>

namespace yardstick {

// The random numbers of one sample, a function of (seed, epoch, index) alone: SplitMix64 started at
// mix(mix(mix(seed + G) + epoch) + index), where G is its increment and mix its output function.
// docs/data.md gives it in full; changing it changes every training run.
class SampleRandom final : public Draws {
 public:
  SampleRandom(std::uint64_t seed, std::uint64_t epoch, std::uint64_t index);

  std::uint64_t next();
  using Draws::uniform;
  // From the upper 53 bits.
  double uniform() override;
  // Unbiased.
  std::uint64_t below(std::uint64_t count) override;
  // Box and Muller's cosine of the next two uniform numbers; their sine is not used.
  double normal() override;

 private:
  std::uint64_t state_;
};

// The numbers 0 to count - 1, in the order of epoch `epoch`: Fisher and Yates from the last place
// down, drawing from SampleRandom(seed, epoch, 2^64 - 1).
std::vector<std::int64_t> shuffled_order(std::int64_t count, std::uint64_t seed,
                                         std::uint64_t epoch);

}  // namespace yardstick
