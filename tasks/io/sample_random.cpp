#include "tasks/io/sample_random.h"

#include <yardstick/check.h>

#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>
#include <utility>

namespace yardstick {
namespace {

constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;

std::uint64_t mix(std::uint64_t x) {
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return x ^ x >> 31;
}

}  // namespace

// The constant keeps mix away from its fixed point at 0.
SampleRandom::SampleRandom(std::uint64_t seed, std::uint64_t epoch, std::uint64_t index)
    : state_(mix(mix(mix(seed + kGolden) + epoch) + index)) {}

std::uint64_t SampleRandom::next() { return mix(state_ += kGolden); }

double SampleRandom::uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

std::uint64_t SampleRandom::below(std::uint64_t count) {
  YS_CHECK(count > 0);
  // Numbers past the last whole multiple of `count` would favour the small remainders.
  const std::uint64_t surplus = (UINT64_MAX % count + 1) % count;
  std::uint64_t drawn = next();
  while (drawn > UINT64_MAX - surplus) drawn = next();
  return drawn % count;
}

double SampleRandom::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

std::vector<std::int64_t> shuffled_order(std::int64_t count, std::uint64_t seed,
                                         std::uint64_t epoch) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  SampleRandom random(seed, epoch, UINT64_MAX);
  for (std::size_t last = order.size(); last > 1; --last) {
    std::swap(order[last - 1], order[random.below(last)]);
  }
  return order;
}

}  // namespace yardstick
