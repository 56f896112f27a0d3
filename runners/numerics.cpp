#include "runners/numerics.h"

#include <yardstick/error.h>

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>

#include <cstdlib>
#include <mutex>

namespace yardstick {

Precision precision_from_string(const std::string& name) {
  if (name == "fp32") return Precision::kFp32;
  if (name == "tf32") return Precision::kTf32;
  if (name == "bf16") return Precision::kBf16;
  if (name == "fp16") return Precision::kFp16;
  throw_user(concat("no precision is named ", name), "precisions are fp32, tf32, bf16 and fp16");
}

c10::ScalarType dtype_of(Precision precision) {
  switch (precision) {
    case Precision::kBf16:
      return c10::ScalarType::BFloat16;
    case Precision::kFp16:
      return c10::ScalarType::Half;
    case Precision::kFp32:
    case Precision::kTf32:
      break;
  }
  return c10::ScalarType::Float;
}

void require_precision(Precision precision, c10::Device device) {
  if (precision == Precision::kTf32 && !device.is_cuda()) {
    throw_user("tf32 is a GPU's precision", "on a CPU use fp32 or bf16");
  }
}

namespace {

// Always set, as LibTorch's own default differs between convolutions (TF32) and products (IEEE).
void set_float32_precision(at::Float32Precision precision) {
  at::Context& context = at::globalContext();
  for (const auto op : {at::Float32Op::MATMUL, at::Float32Op::CONV, at::Float32Op::RNN}) {
    context.setFloat32Precision(at::Float32Backend::CUDA, op, precision);
  }
}

}  // namespace

NumericsScope::NumericsScope(const NumericsOptions& options)
    : threads_(at::get_num_threads()),
      was_deterministic_(at::globalContext().deterministicAlgorithms()),
      was_cudnn_deterministic_(at::globalContext().deterministicCuDNN()),
      was_cudnn_benchmark_(at::globalContext().benchmarkCuDNN()) {
  // cuBLAS is deterministic only with a fixed workspace, and reads this when it is first used.
  if (options.is_deterministic) setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
  if (options.threads > 0) at::set_num_threads(static_cast<int>(options.threads));
  at::Context& context = at::globalContext();
  set_float32_precision(options.precision == Precision::kTf32 ? at::Float32Precision::TF32
                                                              : at::Float32Precision::IEEE);
  context.setDeterministicAlgorithms(options.is_deterministic, /*warn_only=*/false);
  context.setDeterministicCuDNN(options.is_deterministic);
  context.setBenchmarkCuDNN(!options.is_deterministic);
}

NumericsScope::~NumericsScope() {
  at::Context& context = at::globalContext();
  at::set_num_threads(threads_);
  set_float32_precision(at::Float32Precision::IEEE);
  context.setDeterministicAlgorithms(was_deterministic_, /*warn_only=*/false);
  context.setDeterministicCuDNN(was_cudnn_deterministic_);
  context.setBenchmarkCuDNN(was_cudnn_benchmark_);
}

AutocastScope::AutocastScope(c10::DeviceType device, Precision precision)
    : device_(device), is_active_(dtype_of(precision) != c10::ScalarType::Float) {
  if (!is_active_) return;
  was_enabled_ = at::autocast::is_autocast_enabled(device_);
  old_dtype_ = at::autocast::get_autocast_dtype(device_);
  at::autocast::set_autocast_enabled(device_, true);
  at::autocast::set_autocast_dtype(device_, dtype_of(precision));
  at::autocast::increment_nesting();
}

AutocastScope::~AutocastScope() {
  if (!is_active_) return;
  // The cast copies of weights must not outlive the step: the optimiser changes the originals.
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(device_, was_enabled_);
  at::autocast::set_autocast_dtype(device_, old_dtype_);
}

void seed_generators(c10::Device device, std::uint64_t seed) {
  const auto seed_one = [seed](c10::Device one) {
    at::Generator generator = at::globalContext().defaultGenerator(one);
    const std::lock_guard lock(generator.mutex());
    generator.set_current_seed(seed);
  };
  seed_one(c10::kCPU);
  if (!device.is_cpu()) seed_one(device);
}

std::uint64_t derive_seed(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t z = seed + (index + 1) * 0x9E3779B97F4A7C15ull;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

}  // namespace yardstick
