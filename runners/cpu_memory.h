#pragma once

#include <cstdint>
#include <memory>

namespace yardstick {

// Counts what LibTorch's CPU allocator hands out on the calling thread while it exists. Frees of
// what was allocated before are ignored, so the figure is the growth and not the total.
class CpuAllocationCounter {
 public:
  CpuAllocationCounter();
  ~CpuAllocationCounter();
  CpuAllocationCounter(const CpuAllocationCounter&) = delete;
  CpuAllocationCounter& operator=(const CpuAllocationCounter&) = delete;

  std::int64_t peak_bytes() const;
  std::int64_t current_bytes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Resident set of this process now, from /proc/self/statm; 0 where that cannot be read.
std::int64_t resident_bytes();

// Largest resident set since the last reset, from /proc/self/status.
std::int64_t peak_resident_bytes();

// Asks the kernel to forget the largest resident set so far; without effect where it refuses.
void reset_peak_resident();

}  // namespace yardstick
