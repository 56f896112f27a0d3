#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace yardstick::test {

// A memory control group (v1 or v2) below this process's own, removed at the end.
class MemoryGroup {
 public:
  // Null where none can be made here.
  static std::unique_ptr<MemoryGroup> make(std::int64_t limit_bytes);
  ~MemoryGroup();
  MemoryGroup(const MemoryGroup&) = delete;
  MemoryGroup& operator=(const MemoryGroup&) = delete;

  // Moves the calling process into it; false where that is refused.
  bool enter() const;

 private:
  explicit MemoryGroup(std::string folder) : folder_(std::move(folder)) {}

  std::string folder_;
};

}  // namespace yardstick::test
