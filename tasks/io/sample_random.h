#pragma once

#include <cstdint>
#include <vector>

namespace yardstick {

// The random numbers of one sample, a function of (seed, epoch, index) alone: SplitMix64 started at
// mix(mix(mix(seed + G) + epoch) + index), where G is its increment and mix its output function.
// docs/data.md gives it in full; changing it changes every training run.
class SampleRandom {
 public:
  SampleRandom(std::uint64_t seed, std::uint64_t epoch, std::uint64_t index);

  std::uint64_t next();
  // In [low, high), from the upper 53 bits.
  double uniform(double low, double high);
  // In [0, count), unbiased. Requires count > 0.
  std::uint64_t below(std::uint64_t count);

 private:
  std::uint64_t state_;
};

// The numbers 0 to count - 1, in the order of epoch `epoch`: Fisher and Yates from the last place
// down, drawing from SampleRandom(seed, epoch, 2^64 - 1).
std::vector<std::int64_t> shuffled_order(std::int64_t count, std::uint64_t seed,
                                         std::uint64_t epoch);

}  // namespace yardstick
