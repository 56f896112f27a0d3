#include "tasks/io/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace yardstick {

void parallel_for(std::int64_t count, std::int64_t workers,
                  const std::function<void(std::int64_t)>& body) {
  std::atomic<std::int64_t> next{0};
  std::atomic<bool> has_failed{false};
  std::mutex mutex;
  std::int64_t failed_at = count;
  std::exception_ptr failure;

  const auto work = [&] {
    while (!has_failed) {
      const std::int64_t i = next++;
      if (i >= count) return;
      try {
        body(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        has_failed = true;
        if (i < failed_at) {
          failed_at = i;
          failure = std::current_exception();
        }
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::int64_t t = 1; t < std::min(workers, count); ++t) threads.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace yardstick
