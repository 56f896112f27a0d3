#include "runners/cpu_memory.h"

#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <mutex>
#include <string>
#include <unordered_set>

namespace yardstick {
namespace {

// The hook that LibTorch's own memory profiler uses; the only exact figure there is for a CPU.
class AllocationListener final : public c10::MemoryReportingInfoBase {
 public:
  void reportMemoryUsage(void* pointer, std::int64_t bytes, std::size_t, std::size_t,
                         c10::Device device) override {
    if (!device.is_cpu()) return;
    const std::lock_guard lock(mutex_);
    if (bytes > 0) {
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
  mutable std::mutex mutex_;
  std::unordered_set<void*> live_;
  std::int64_t current_ = 0;
  std::int64_t peak_ = 0;
};

}  // namespace

struct CpuAllocationCounter::Impl {
  std::shared_ptr<AllocationListener> listener = std::make_shared<AllocationListener>();
  c10::DebugInfoGuard guard{c10::DebugInfoKind::PROFILER_STATE, listener};
};

CpuAllocationCounter::CpuAllocationCounter() : impl_(std::make_unique<Impl>()) {}
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

std::int64_t peak_resident_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string key; status >> key;) {
    if (key == "VmHWM:") {
      std::int64_t kib = 0;
      return status >> kib ? kib * 1024 : 0;
    }
    status.ignore(4096, '\n');
  }
  return 0;
}

void reset_peak_resident() {
  constexpr char kResetPeakResidentSet[] = "5";
  std::ofstream("/proc/self/clear_refs") << kResetPeakResidentSet;
}

}  // namespace yardstick
