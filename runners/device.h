#pragma once

#include <yardstick/export.h>
#include <yardstick/run.h>

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
  // Most that was allocated at once since reset_peak_memory, beyond what was allocated then.
  std::int64_t peak_allocated_bytes = 0;
  std::int64_t peak_reserved_bytes = 0;  // by the caching allocator; 0 on a CPU
  // Most that the process held: resident set on a CPU (since reset_peak_memory, where the kernel
  // lets a process reset it), the driver's present figure on a GPU. 0 where unknown.
  std::int64_t process_bytes = 0;
  // Most that the GPU's free memory fell since reset_peak_memory, by whatever uses the GPU: what
  // libraries take past the allocator shows only here. 0 on a CPU.
  std::int64_t free_dip_bytes = 0;
};

// What a device's sensors say at one moment; what they do not tell is empty.
struct DeviceReading {
  std::optional<double> sm_clock_mhz = {};
  std::optional<double> power_w = {};
  std::optional<double> temperature_c = {};
  std::uint64_t throttle_reasons = 0;  // bits named by throttle_reason_names (sensors.h)
};

// The functions may be called from another thread than the device's.
class DeviceSensors {
 public:
  virtual ~DeviceSensors() = default;
  virtual DeviceReading read() = 0;
  // The clock that the device runs at where nothing slows it down.
  virtual std::optional<double> default_sm_clock_mhz() = 0;
  // Energy that the device has used since some moment in the past.
  virtual std::optional<double> total_energy_j() = 0;
};

// Recorded device work that is launched again as a whole, on the memory that it was recorded with.
class StepGraph {
 public:
  virtual ~StepGraph() = default;
  virtual void replay() = 0;  // in the device's stream; waits for nothing
};

// All that differs between devices. The CUDA one lives in libyardstick_cuda.so, which is loaded
// when a CUDA device is first asked for, so that commands which need none start fast.
class DeviceBackend {
 public:
  virtual ~DeviceBackend() = default;
  virtual c10::Device device() const = 0;
  virtual void synchronize() = 0;
  virtual std::unique_ptr<StepTimer> make_timer() = 0;
  // Begins a memory measurement of the calling thread's work, and ends it. Always in pairs.
  virtual void reset_peak_memory() = 0;
  virtual DeviceMemory memory() = 0;
  // Gives cached memory back, as after an out-of-memory error.
  virtual void release_cached_memory() = 0;
  // Number of the allocator's segments so far; warm-up waits until it rests.
  virtual std::int64_t allocator_segments() = 0;
  // Adds gpu_name, driver, cuda and the like.
  virtual void describe(Provenance& provenance) = 0;
  // Last-level cache that flush_cache empties; 0 where there is nothing to flush.
  virtual std::int64_t cache_bytes() { return 0; }
  // Overwrites the last-level cache, in stream order and outside any timed step.
  virtual void flush_cache() {}
  // Null where there are none.
  virtual DeviceSensors* sensors() { return nullptr; }
  // Whether capture() may succeed at all.
  virtual bool replays_graphs() const { return false; }
  // Runs `step` a few times and records it. Null where it cannot be recorded; `why_not` then has
  // the reason, and the device is as before.
  virtual std::unique_ptr<StepGraph> capture(const std::function<void()>& step,
                                             std::string& why_not) {
    static_cast<void>(step);
    why_not = "only a GPU replays graphs";
    return nullptr;
  }
};

// A memory measurement that ends with its scope, also where the work in it ran out of memory.
class MemoryPass {
 public:
  explicit MemoryPass(DeviceBackend& device) : device_(&device) { device.reset_peak_memory(); }
  ~MemoryPass() {
    if (device_ != nullptr) end();
  }
  MemoryPass(const MemoryPass&) = delete;
  MemoryPass& operator=(const MemoryPass&) = delete;

  DeviceMemory end() { return std::exchange(device_, nullptr)->memory(); }

 private:
  DeviceBackend* device_;
};

// `name`: "auto" (a GPU where there is one), "cpu", "cuda", "cuda:N". Throws User on another name,
// Environment with the remedy where the device cannot be had. Open the device before any other use
// of LibTorch: it looks for CUDA once, and what was looked for before libtorch_cuda.so is loaded
// stays absent.
std::unique_ptr<DeviceBackend> open_device(const std::string& name);

// The C entry of libyardstick_cuda.so. Returns null where there is no such GPU and puts the reason
// into `why_not`.
inline constexpr char kCudaBackendEntry[] = "yardstick_open_cuda_backend";
using CudaBackendEntry = DeviceBackend* (*)(int index, std::string& why_not);

}  // namespace yardstick
