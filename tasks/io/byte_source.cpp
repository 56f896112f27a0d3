#include "tasks/io/byte_source.h"

#include <yardstick/error.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace yardstick {
namespace {

[[noreturn]] void fail(const std::string& path, const char* doing, int reason) {
  std::string message = concat("cannot ", doing, " ", path, ": ", std::strerror(reason));
  if (reason == EMFILE || reason == ENFILE || reason == ENOMEM) throw_environment(message);
  throw_data(message);
}

class FileDescriptor {
 public:
  explicit FileDescriptor(const std::string& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0) fail(path, "open", errno);
  }
  ~FileDescriptor() { ::close(descriptor_); }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  std::int64_t size(const std::string& path) const {
    struct stat status;
    if (::fstat(descriptor_, &status) != 0) fail(path, "read", errno);
    if (S_ISDIR(status.st_mode)) fail(path, "read", EISDIR);
    return status.st_size;
  }

  std::size_t read_at(const std::string& path, std::int64_t offset, void* out,
                      std::size_t count) const {
    std::size_t done = 0;
    while (done < count) {
      const ssize_t got = ::pread(descriptor_, static_cast<char*>(out) + done, count - done,
                                  offset + static_cast<std::int64_t>(done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail(path, "read", errno);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

 private:
  int descriptor_;
};

// Not a mapping: a file that is cut off while it is read would then end the process.
class File final : public ByteSource {
 public:
  explicit File(std::string path)
      : path_(std::move(path)), descriptor_(path_), size_(descriptor_.size(path_)) {}
  std::int64_t size() const override { return size_; }
  std::size_t read_at(std::int64_t offset, void* out, std::size_t count) const override {
    return descriptor_.read_at(path_, offset, out, count);
  }

 private:
  std::string path_;
  FileDescriptor descriptor_;
  std::int64_t size_;
};

class Memory final : public ByteSource {
 public:
  explicit Memory(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}
  std::int64_t size() const override { return static_cast<std::int64_t>(bytes_.size()); }
  std::size_t read_at(std::int64_t offset, void* out, std::size_t count) const override {
    if (count == 0 || offset < 0 || offset >= size()) return 0;
    const std::size_t taken = std::min(count, static_cast<std::size_t>(size() - offset));
    std::memcpy(out, bytes_.data() + offset, taken);
    return taken;
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

}  // namespace

std::unique_ptr<ByteSource> open_file(const std::string& path) {
  return std::make_unique<File>(path);
}

std::unique_ptr<ByteSource> bytes_in_memory(std::vector<std::uint8_t> bytes) {
  return std::make_unique<Memory>(std::move(bytes));
}

void read_whole_file(const std::string& path, std::vector<std::uint8_t>& out) {
  const FileDescriptor descriptor(path);
  out.resize(static_cast<std::size_t>(descriptor.size(path)));
  out.resize(descriptor.read_at(path, 0, out.data(), out.size()));
}

}  // namespace yardstick
