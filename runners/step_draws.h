#pragma once

#include <yardstick/random_draws.h>

#include <ATen/core/Generator.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace yardstick {

// The random numbers of one optimiser step. Each purpose has a generator of its own, seeded with
// (seed, step, purpose), so that one purpose never shifts another's numbers and a step's do not
// depend on what ran before it. Drawn on the CPU, so that every device gets the same.
class StepDraws final : public RandomDraws {
 public:
  StepDraws(std::uint64_t seed, std::int64_t step);

  at::Tensor uniform(std::string_view purpose, at::IntArrayRef shape, c10::Device device) override;
  double uniform(std::string_view purpose) override;

 private:
  at::Generator& generator(std::string_view purpose);

  std::uint64_t seed_;  // of the step
  std::map<std::string, at::Generator, std::less<>> generators_;
};

}  // namespace yardstick
