#include "runners/step_draws.h"

#include "runners/numerics.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/rand.h>

#include <mutex>

namespace yardstick {
namespace {

// FNV-1a: std::hash may differ between standard libraries, and with it a run's numbers.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace

StepDraws::StepDraws(std::uint64_t seed, std::int64_t step)
    : seed_(derive_seed(seed, static_cast<std::uint64_t>(step))) {}

at::Generator& StepDraws::generator(std::string_view purpose) {
  auto found = generators_.find(purpose);
  if (found == generators_.end()) {
    const std::uint64_t seed = derive_seed(seed_, hash_of(purpose));
    found = generators_.emplace(purpose, at::make_generator<at::CPUGeneratorImpl>(seed)).first;
  }
  return found->second;
}

at::Tensor StepDraws::uniform(std::string_view purpose, at::IntArrayRef shape, c10::Device device) {
  // Drop path asks once a branch: a GPU is not waited for. The numbers lie in pageable memory,
  // which the driver has read when the call returns.
  return at::rand(shape, generator(purpose), at::TensorOptions(at::kFloat))
      .to(device, /*non_blocking=*/true);
}

double StepDraws::uniform(std::string_view purpose) {
  constexpr double kUnit = 0x1p-53;
  auto* source = at::check_generator<at::CPUGeneratorImpl>(generator(purpose));
  const std::lock_guard lock(source->mutex_);
  return static_cast<double>(source->random64() >> 11) * kUnit;
}

}  // namespace yardstick
