#include "runners/process/oom_kills.h"

#include <fstream>
#include <string>
#include <vector>

namespace yardstick {
namespace {

// The number behind "oom_kill " in a file of such lines.
std::optional<std::int64_t> read_counter(const std::string& path) {
  std::ifstream file(path);
  std::string key;
  std::int64_t value = 0;
  while (file >> key >> value) {
    if (key == "oom_kill") return value;
  }
  return std::nullopt;
}

bool contains_word(const std::string& comma_list, const std::string& word) {
  return ("," + comma_list + ",").find("," + word + ",") != std::string::npos;
}

// Inside a container the path in /proc is often the host's, and the group itself is the root.
std::vector<std::string> counter_files() {
  std::vector<std::string> files;
  std::ifstream groups("/proc/self/cgroup");  // "4:memory:/path", in v2 "0::/path"
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (contains_word(controllers, "memory")) {
      const std::string root = "/sys/fs/cgroup/memory";
      for (const std::string& group : {root + path, root}) {
        files.push_back(group + "/memory.oom_control");
      }
    } else if (controllers.empty()) {
      const std::string root = "/sys/fs/cgroup";
      for (const std::string& group : {root + path, root}) {
        files.push_back(group + "/memory.events");
      }
    }
  }
  files.push_back("/proc/vmstat");
  return files;
}

}  // namespace

std::optional<std::int64_t> count_oom_kills() {
  for (const std::string& file : counter_files()) {
    if (const auto count = read_counter(file)) return count;
  }
  return std::nullopt;
}

}  // namespace yardstick
