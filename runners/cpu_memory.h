#pragma once

#include <cstdint>
#include <memory>

namespace yardstick {

// What this process can still take: the kernel's MemAvailable, or what is left of the control
// group's limit where that is less.
std::int64_t available_memory_bytes();

// Counts what LibTorch's CPU allocator hands out on the calling thread while it exists. Frees of
// what was allocated before are ignored, so the figure is the growth and not the total.
//
// An allocation that takes the growth over `limit_bytes` throws c10::OutOfMemoryError before its
// memory is touched: Linux grants any size and kills the process when it is used, which leaves no
// record of why.
class CpuAllocationCounter {
 public:
  explicit CpuAllocationCounter(std::int64_t limit_bytes = available_memory_bytes());
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
