#pragma once

#include <cstdint>

namespace yardstick {

// The random numbers of one sample, in the order in which its changes ask for them. A run's come
// from SampleRandom; a test may give its own.
class Draws {
 public:
  virtual ~Draws() = default;

  virtual double uniform() = 0;  // in [0, 1)
  // In [0, count). Requires count > 0.
  virtual std::uint64_t below(std::uint64_t count) = 0;
  virtual double normal() = 0;  // mean 0, variance 1

  double uniform(double low, double high) { return low + (high - low) * uniform(); }

 protected:
  Draws() = default;
  Draws(const Draws&) = default;
  Draws& operator=(const Draws&) = default;
};

}  // namespace yardstick
