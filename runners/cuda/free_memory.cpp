#include "runners/cuda/free_memory.h"

#include <cuda_runtime_api.h>

#include <algorithm>
#include <chrono>
#include <optional>

namespace yardstick {
namespace {

// Of the calling thread's current device.
std::optional<std::int64_t> free_bytes() {
  std::size_t free = 0;
  std::size_t total = 0;
  if (cudaMemGetInfo(&free, &total) != cudaSuccess) return std::nullopt;
  return static_cast<std::int64_t>(free);
}

}  // namespace

FreeMemoryWatch::FreeMemoryWatch(int device) : device_(device) {
  before_ = free_bytes().value_or(0);
  lowest_ = before_;
  thread_ = std::thread([this] {
    if (cudaSetDevice(device_) != cudaSuccess) return;
    while (!is_ending_) {
      sample();
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  });
}

FreeMemoryWatch::~FreeMemoryWatch() {
  is_ending_ = true;
  thread_.join();
}

std::int64_t FreeMemoryWatch::dip_bytes() {
  sample();
  return before_ - lowest_;
}

void FreeMemoryWatch::sample() {
  const std::optional<std::int64_t> now = free_bytes();
  if (!now) return;
  std::int64_t lowest = lowest_;
  while (*now < lowest && !lowest_.compare_exchange_weak(lowest, *now)) {
  }
}

}  // namespace yardstick
