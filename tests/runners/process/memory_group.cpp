#include "tests/runners/process/memory_group.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace yardstick::test {
namespace {

bool write_line(const std::string& file, const std::string& line) {
  std::ofstream out(file);
  out << line << std::flush;
  return out.good();
}

}  // namespace

std::unique_ptr<MemoryGroup> MemoryGroup::make(std::int64_t limit_bytes) {
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const std::string path = line.substr(line.rfind(':') + 1);
    const bool is_v1 = line.find(":memory:") != std::string::npos;
    if (!is_v1 && !line.starts_with("0::")) continue;
    const std::string folder = (is_v1 ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup") + path +
                               "/yardstick-test-" + std::to_string(::getpid());
    std::error_code error;
    if (!std::filesystem::create_directory(folder, error)) continue;
    std::unique_ptr<MemoryGroup> group(new MemoryGroup(folder));
    const char* limit = is_v1 ? "/memory.limit_in_bytes" : "/memory.max";
    if (write_line(folder + limit, std::to_string(limit_bytes))) return group;
  }
  return nullptr;
}

MemoryGroup::~MemoryGroup() { ::rmdir(folder_.c_str()); }

bool MemoryGroup::enter() const {
  return write_line(folder_ + "/cgroup.procs", std::to_string(::getpid()));
}

}  // namespace yardstick::test
