#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <yardstick/export.h>
#include <yardstick/run.h>

#include <ATen/core/Tensor.h>

namespace yardstick {

// Times steps on a device without stopping it: marks are placed in its stream, and read out later.
class StepTimer {
 public:
  virtual ~StepTimer() = default;
  virtual void start() = 0;  // of one step
  virtual void stop() = 0;
  // Waits for all steps begun so far and returns their seconds since the last call, in order.
  virtual std::vector<double> collect() = 0;
};

struct DeviceMemory {
  std::int64_t peak_allocated_bytes = 0;  // by the allocator since reset_peak; 0 where unknown
  std::int64_t peak_reserved_bytes = 0;
  std::int64_t process_bytes = 0;  // resident set on CPU, the driver's figure on a GPU
};

// All that differs between devices. The CUDA one lives in libyardstick_cuda.so, which is loaded when
// a CUDA device is first asked for, so that commands which need none start fast.
class DeviceBackend {
 public:
  virtual ~DeviceBackend() = default;
  virtual c10::Device device() const = 0;
  virtual void synchronize() = 0;
  virtual std::unique_ptr<StepTimer> make_timer() = 0;
  virtual void reset_peak_memory() = 0;
  virtual DeviceMemory memory() = 0;
  // Gives cached memory back, as after an out-of-memory error.
  virtual void release_cached_memory() = 0;
  // Number of the allocator's segments so far; warm-up waits until it rests.
  virtual std::int64_t allocator_segments() = 0;
  // Adds gpu_name, driver, cuda and the like.
  virtual void describe(Provenance& provenance) = 0;
};

// `name`: "auto" (a GPU where there is one), "cpu", "cuda", "cuda:N". Throws User on another name,
// Environment with the remedy where the device cannot be had.
std::unique_ptr<DeviceBackend> open_device(const std::string& name);

// The C entry of libyardstick_cuda.so. Returns null where there is no such GPU and puts the reason
// into `why_not`.
inline constexpr char kCudaBackendEntry[] = "yardstick_open_cuda_backend";
using CudaBackendEntry = DeviceBackend* (*)(int index, std::string& why_not);

}  // namespace yardstick
