#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace yardstick::checkpoint {

// A private, writable mapping of a whole file: pages are read when touched, and writing to them
// does not reach the file.
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

  // From a disk, headers that lie far apart come a hundred times faster where the kernel reads
  // nothing around them, and tensors where it reads ahead. A fresh mapping expects headers.
  enum class Access { kHeaders, kTensors };
  void expect(Access access) const;

  // False once the file, whatever its name is by now, has been written to or cut.
  bool is_unchanged() const;

 private:
  MappedFile(std::string path, int fd);

  std::string path_;
  int fd_;
  char* data_ = nullptr;
  std::size_t bytes_ = 0;
  std::int64_t changed_ns_ = 0;
};

}  // namespace yardstick::checkpoint
