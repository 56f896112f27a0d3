#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace yardstick::checkpoint {

// A private, writable mapping of a whole file: pages are read when touched, and writing to them does
// not reach the file.
class MappedFile {
 public:
  // Throws Data, naming `path`, where it is no readable file.
  static std::shared_ptr<MappedFile> open(const std::string& path);

  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::string& path() const noexcept { return path_; }
  char* data() const noexcept { return data_; }
  std::string_view view() const noexcept { return {data_, bytes_}; }
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  MappedFile(std::string path, char* data, std::size_t bytes);

  std::string path_;
  char* data_;
  std::size_t bytes_;
};

}  // namespace yardstick::checkpoint
