#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace yardstick {

// Bytes that can be read at any offset, by several threads at once.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::int64_t size() const = 0;
  // Copies up to `count` bytes from `offset` and gives how many there were: less than `count` only
  // at the end. Throws Data, naming the file.
  virtual std::size_t read_at(std::int64_t offset, void* out, std::size_t count) const = 0;
};

// Reads a file in place. Throws Data where it cannot be opened, Environment where the process has
// no file descriptors left.
std::unique_ptr<ByteSource> open_file(const std::string& path);

// Reads from memory.
std::unique_ptr<ByteSource> bytes_in_memory(std::vector<std::uint8_t> bytes);

// Replaces `out` by the whole contents of a file; throws as open_file.
void read_whole_file(const std::string& path, std::vector<std::uint8_t>& out);

}  // namespace yardstick
