#include "runners/numerics.h"

#include <yardstick/error.h>

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <optional>

namespace yardstick {

namespace {

// In the order of Precision and of SdpaBackend.
constexpr std::array<std::string_view, 5> kPrecisionNames = {"fp32", "tf32", "bf16", "fp16", "amp"};
constexpr std::array<std::string_view, 5> kSdpaNames = {"auto", "flash", "efficient", "cudnn",
                                                        "math"};

template <typename Enum>
std::optional<Enum> from_name(const std::array<std::string_view, 5>& names,
                              const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

}  // namespace

Precision precision_from_string(const std::string& name) {
  if (const auto precision = from_name<Precision>(kPrecisionNames, name)) return *precision;
  throw_user(concat("no precision is named ", name),
             "precisions are fp32, tf32, bf16, fp16 and amp");
}

std::string_view name_of(Precision precision) {
  return kPrecisionNames[static_cast<std::size_t>(precision)];
}

c10::ScalarType dtype_of(Precision precision) {
  switch (precision) {
    case Precision::kBf16:
      return c10::ScalarType::BFloat16;
    case Precision::kFp16:
      return c10::ScalarType::Half;
    case Precision::kFp32:
    case Precision::kTf32:
    case Precision::kAmp:
      break;
  }
  return c10::ScalarType::Float;
}

Precision product_precision(Precision precision, c10::DeviceType device) {
  if (precision != Precision::kAmp) return precision;
  return device == c10::DeviceType::CUDA ? Precision::kFp16 : Precision::kBf16;
}

void require_precision(Precision precision, c10::Device device) {
  if (precision == Precision::kTf32 && !device.is_cuda()) {
    throw_user("tf32 is a GPU's precision", "on a CPU use fp32 or bf16");
  }
}

SdpaBackend sdpa_backend_from_string(const std::string& name) {
  if (const auto backend = from_name<SdpaBackend>(kSdpaNames, name)) return *backend;
  throw_user(concat("no attention backend is named ", name),
             "backends are auto, flash, efficient, cudnn and math");
}

void require_sdpa_backend(SdpaBackend backend, c10::Device device) {
  const bool is_gpus = backend == SdpaBackend::kEfficient || backend == SdpaBackend::kCudnn;
  if (is_gpus && !device.is_cuda()) {
    throw_user("efficient and cudnn attention are a GPU's", "on a CPU use auto, flash or math");
  }
}

namespace {

std::array<bool, 4> enabled_sdpa_backends() {
  const at::Context& context = at::globalContext();
  return {context.userEnabledFlashSDP(), context.userEnabledMemEfficientSDP(),
          context.userEnabledCuDNNSDP(), context.userEnabledMathSDP()};
}

void enable_sdpa_backends(const std::array<bool, 4>& enabled) {
  at::Context& context = at::globalContext();
  context.setSDPUseFlash(enabled[0]);
  context.setSDPUseMemEfficient(enabled[1]);
  context.setSDPUseCuDNN(enabled[2]);
  context.setSDPUseMath(enabled[3]);
}

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
      was_cudnn_benchmark_(at::globalContext().benchmarkCuDNN()),
      sdpa_before_(enabled_sdpa_backends()) {
  // cuBLAS is deterministic only with a fixed workspace, and reads this when it is first used.
  if (options.is_deterministic) setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
  if (options.threads > 0) at::set_num_threads(static_cast<int>(options.threads));
  at::Context& context = at::globalContext();
  set_float32_precision(options.precision == Precision::kTf32 ? at::Float32Precision::TF32
                                                              : at::Float32Precision::IEEE);
  context.setDeterministicAlgorithms(options.is_deterministic, /*warn_only=*/false);
  context.setDeterministicCuDNN(options.is_deterministic);
  context.setBenchmarkCuDNN(options.autotunes_cudnn && !options.is_deterministic);
  if (const SdpaBackend only = options.sdpa_backend; only != SdpaBackend::kAuto) {
    enable_sdpa_backends({only == SdpaBackend::kFlash, only == SdpaBackend::kEfficient,
                          only == SdpaBackend::kCudnn, only == SdpaBackend::kMath});
  }
}

NumericsScope::~NumericsScope() {
  at::Context& context = at::globalContext();
  at::set_num_threads(threads_);
  set_float32_precision(at::Float32Precision::IEEE);
  context.setDeterministicAlgorithms(was_deterministic_, /*warn_only=*/false);
  context.setDeterministicCuDNN(was_cudnn_deterministic_);
  context.setBenchmarkCuDNN(was_cudnn_benchmark_);
  enable_sdpa_backends(sdpa_before_);
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
