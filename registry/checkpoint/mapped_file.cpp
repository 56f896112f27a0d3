#include "registry/checkpoint/mapped_file.h"

#include <yardstick/error.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace yardstick::checkpoint {

namespace {

std::int64_t changed_ns(const struct stat& status) {
  return std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
}

}  // namespace

MappedFile::MappedFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(data_, bytes_);
  ::close(fd_);
}

std::shared_ptr<MappedFile> MappedFile::open(const std::string& path) {
  // Without O_NONBLOCK a pipe of that name would be waited for.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) throw_data(concat(path, ": cannot be opened: ", std::strerror(errno)));
  const std::shared_ptr<MappedFile> file(new MappedFile(path, fd));
  struct stat status{};
  if (::fstat(fd, &status) != 0) throw_data(concat(path, ": ", std::strerror(errno)));
  if (!S_ISREG(status.st_mode)) throw_data(concat(path, ": is not a file"));
  file->bytes_ = static_cast<std::size_t>(status.st_size);
  file->changed_ns_ = changed_ns(status);
  if (file->bytes_ == 0) throw_data(concat(path, ": is empty"));
  void* data =
      ::mmap(nullptr, file->bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, fd, 0);
  if (data == MAP_FAILED) {
    throw_environment(concat(path, ": cannot be mapped: ", std::strerror(errno)));
  }
  file->data_ = static_cast<char*>(data);
  file->expect(Access::kHeaders);
  return file;
}

void MappedFile::expect(Access access) const {
  // Advice: where the kernel does not take it, reading is slower and nothing else.
  static_cast<void>(
      ::madvise(data_, bytes_, access == Access::kHeaders ? MADV_RANDOM : MADV_NORMAL));
}

bool MappedFile::is_unchanged() const {
  struct stat status{};
  return ::fstat(fd_, &status) == 0 && static_cast<std::size_t>(status.st_size) == bytes_ &&
         changed_ns(status) == changed_ns_;
}

}  // namespace yardstick::checkpoint
