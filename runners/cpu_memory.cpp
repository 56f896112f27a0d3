#include "runners/cpu_memory.h"

#include <c10/core/Allocator.h>
#include <c10/util/Exception.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>

namespace yardstick {
namespace {

// The hook that LibTorch's own memory profiler uses; the only exact figure there is for a CPU.
class AllocationListener final : public c10::MemoryReportingInfoBase {
 public:
  explicit AllocationListener(std::int64_t limit_bytes) : limit_bytes_(limit_bytes) {}

  void reportMemoryUsage(void* pointer, std::int64_t bytes, std::size_t, std::size_t,
                         c10::Device device) override {
    if (!device.is_cpu()) return;
    const std::lock_guard lock(mutex_);
    if (bytes > 0) {
      // The block is lost to the process, but no page of it has been touched.
      TORCH_CHECK_WITH(OutOfMemoryError, current_ + bytes <= limit_bytes_,
                       "CPU out of memory: ", bytes, " bytes more than the ", current_,
                       " in use would pass the ", limit_bytes_, " that are free");
      live_.insert(pointer);
    } else if (live_.erase(pointer) == 0) {
      return;
    }
    current_ += bytes;
    peak_ = std::max(peak_, current_);
  }

  bool memoryProfilingEnabled() const override { return true; }

  std::int64_t peak() const {
    const std::lock_guard lock(mutex_);
    return peak_;
  }
  std::int64_t current() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }

 private:
  const std::int64_t limit_bytes_;
  mutable std::mutex mutex_;
  std::unordered_set<void*> live_;
  std::int64_t current_ = 0;
  std::int64_t peak_ = 0;
};

// The number behind `key` in a /proc file of "Key:  number kB" lines; 0 where there is none.
std::int64_t kib_field(const char* path, const std::string& key) {
  std::ifstream file(path);
  for (std::string word; file >> word;) {
    if (word == key) {
      std::int64_t kib = 0;
      return file >> kib ? kib * 1024 : 0;
    }
    file.ignore(4096, '\n');
  }
  return 0;
}

std::optional<std::int64_t> number_in(const char* path) {
  std::ifstream file(path);
  std::int64_t number = 0;
  if (file >> number) return number;  // "max" is no number: no limit
  return std::nullopt;
}

}  // namespace

std::int64_t available_memory_bytes() {
  std::int64_t available = kib_field("/proc/meminfo", "MemAvailable:");
  if (available == 0) available = std::numeric_limits<std::int64_t>::max();
  const auto limit = number_in("/sys/fs/cgroup/memory.max");
  const auto used = number_in("/sys/fs/cgroup/memory.current");
  if (limit && used) available = std::min(available, std::max<std::int64_t>(0, *limit - *used));
  return available;
}

struct CpuAllocationCounter::Impl {
  explicit Impl(std::int64_t limit_bytes)
      : listener(std::make_shared<AllocationListener>(limit_bytes)) {}

  std::shared_ptr<AllocationListener> listener;
  c10::DebugInfoGuard guard{c10::DebugInfoKind::PROFILER_STATE, listener};
};

CpuAllocationCounter::CpuAllocationCounter(std::int64_t limit_bytes)
    : impl_(std::make_unique<Impl>(limit_bytes)) {}
CpuAllocationCounter::~CpuAllocationCounter() = default;

std::int64_t CpuAllocationCounter::peak_bytes() const { return impl_->listener->peak(); }
std::int64_t CpuAllocationCounter::current_bytes() const { return impl_->listener->current(); }

std::int64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t total_pages = 0;
  std::int64_t resident_pages = 0;
  if (!(statm >> total_pages >> resident_pages)) return 0;
  return resident_pages * sysconf(_SC_PAGESIZE);
}

std::int64_t peak_resident_bytes() { return kib_field("/proc/self/status", "VmHWM:"); }

void reset_peak_resident() {
  constexpr char kResetPeakResidentSet[] = "5";
  std::ofstream("/proc/self/clear_refs") << kResetPeakResidentSet;
}

}  // namespace yardstick
