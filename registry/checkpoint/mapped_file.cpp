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

MappedFile::MappedFile(std::string path, char* data, std::size_t bytes)
    : path_(std::move(path)), data_(data), bytes_(bytes) {}

MappedFile::~MappedFile() {
  if (bytes_ > 0) ::munmap(data_, bytes_);
}

std::shared_ptr<MappedFile> MappedFile::open(const std::string& path) {
  struct Descriptor {
    int fd;
    ~Descriptor() {
      if (fd >= 0) ::close(fd);
    }
  };
  // Without O_NONBLOCK a pipe of that name would be waited for.
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.fd < 0) throw_data(concat(path, ": cannot be opened: ", std::strerror(errno)));
  struct stat status {};
  if (::fstat(file.fd, &status) != 0) throw_data(concat(path, ": ", std::strerror(errno)));
  if (!S_ISREG(status.st_mode)) throw_data(concat(path, ": is not a file"));
  const auto bytes = static_cast<std::size_t>(status.st_size);
  if (bytes == 0) throw_data(concat(path, ": is empty"));
  void* data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, file.fd, 0);
  if (data == MAP_FAILED) {
    throw_environment(concat(path, ": cannot be mapped: ", std::strerror(errno)));
  }
  return std::shared_ptr<MappedFile>(new MappedFile(path, static_cast<char*>(data), bytes));
}

}  // namespace yardstick::checkpoint
