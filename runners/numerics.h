#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace yardstick {

// What a run computes in. kTf32 is fp32 with TF32 matrix products, on a GPU; kAmp keeps weights in
// fp32 and autocasts each product.
enum class Precision { kFp32, kTf32, kBf16, kFp16, kAmp };

// "fp32", "tf32", "bf16", "fp16", "amp"; throws User on another.
Precision precision_from_string(const std::string& name);

std::string_view name_of(Precision precision);

// The dtype of weights and inputs: float for kFp32, kTf32 and kAmp.
c10::ScalarType dtype_of(Precision precision);

// What matrix products are computed in: kAmp is PyTorch's autocast default, kFp16 on a GPU and
// kBf16 on a CPU; any other is itself.
Precision product_precision(Precision precision, c10::DeviceType device);

// Throws User where `device` cannot compute in it: TF32 is a GPU's.
void require_precision(Precision precision, c10::Device device);

// Which implementations of attention LibTorch may choose from: kAuto all, the others only one.
enum class SdpaBackend { kAuto, kFlash, kEfficient, kCudnn, kMath };

// "auto", "flash", "efficient", "cudnn", "math"; throws User on another.
SdpaBackend sdpa_backend_from_string(const std::string& name);

// Throws User where `device` has no such attention: a CPU has flash and math.
void require_sdpa_backend(SdpaBackend backend, c10::Device device);

struct NumericsOptions {
  std::int64_t threads = 0;  // of one operator; 0: as many as LibTorch takes by itself
  Precision precision = Precision::kFp32;
  bool is_deterministic = false;  // deterministic algorithms only, and cuDNN without autotuning
  bool autotunes_cudnn = true;    // times cuDNN's algorithms and takes the fastest
  SdpaBackend sdpa_backend = SdpaBackend::kAuto;
};

// Puts LibTorch's process-wide numeric settings in force for a run, and back at its end. One exists
// at a time.
class NumericsScope {
 public:
  explicit NumericsScope(const NumericsOptions& options);
  ~NumericsScope();
  NumericsScope(const NumericsScope&) = delete;
  NumericsScope& operator=(const NumericsScope&) = delete;

 private:
  int threads_;
  bool was_deterministic_;
  bool was_cudnn_deterministic_;
  bool was_cudnn_benchmark_;
  std::array<bool, 4> sdpa_before_;  // flash, efficient, cudnn, math
};

// Computes matrix products in kBf16 or kFp16 while weights stay fp32. Other precisions change
// nothing.
class AutocastScope {
 public:
  AutocastScope(c10::DeviceType device, Precision precision);
  ~AutocastScope();
  AutocastScope(const AutocastScope&) = delete;
  AutocastScope& operator=(const AutocastScope&) = delete;

 private:
  c10::DeviceType device_;
  bool is_active_;
  bool was_enabled_ = false;
  c10::ScalarType old_dtype_ = c10::ScalarType::Float;
};

// Seeds the default generators of the CPU and of `device`.
void seed_generators(c10::Device device, std::uint64_t seed);

// A seed for use number `index` of a source of randomness (splitmix64 of both).
std::uint64_t derive_seed(std::uint64_t seed, std::uint64_t index);

}  // namespace yardstick
