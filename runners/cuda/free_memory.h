#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

namespace yardstick {

// Samples the free memory of a GPU, every 2 ms in a thread of its own, for as long as it exists.
class FreeMemoryWatch {
 public:
  explicit FreeMemoryWatch(int device);
  ~FreeMemoryWatch();
  FreeMemoryWatch(const FreeMemoryWatch&) = delete;
  FreeMemoryWatch& operator=(const FreeMemoryWatch&) = delete;

  // Most that it has fallen below what it was at the beginning, now included.
  std::int64_t dip_bytes();

 private:
  void sample();

  int device_;
  std::int64_t before_ = 0;
  std::atomic<std::int64_t> lowest_{0};
  std::atomic<bool> is_ending_{false};
  std::thread thread_;
};

}  // namespace yardstick
