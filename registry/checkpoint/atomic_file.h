#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace yardstick::checkpoint {

// A file that appears whole or not at all: written beside its place, synced, renamed. Without
// commit() it vanishes.
class AtomicFile {
 public:
  // Throws Environment where nothing can be created there.
  explicit AtomicFile(std::string path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  // Both throw Environment (disk full, read-only); the file of that name stays as it was.
  void write(const void* data, std::size_t bytes);
  void commit();

  std::uint64_t offset() const noexcept { return offset_; }

 private:
  [[noreturn]] void fail() const;

  std::string path_;
  std::string temporary_;
  int fd_ = -1;
  std::uint64_t offset_ = 0;
};

}  // namespace yardstick::checkpoint
