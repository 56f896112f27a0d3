#include "registry/checkpoint/atomic_file.h"

#include <yardstick/error.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace yardstick::checkpoint {

AtomicFile::AtomicFile(std::string path)
    : path_(std::move(path)), temporary_(concat(path_, ".", ::getpid(), ".tmp")) {
  fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd_ < 0) throw_environment(concat(path_, ": cannot be created: ", std::strerror(errno)));
}

AtomicFile::~AtomicFile() {
  if (fd_ >= 0) {
    ::close(fd_);
    ::unlink(temporary_.c_str());
  }
}

void AtomicFile::fail() const {
  throw_environment(concat(path_, ": cannot be written: ", std::strerror(errno)),
                    "nothing was changed; free space or name another folder");
}

void AtomicFile::write(const void* data, std::size_t bytes) {
  const char* at = static_cast<const char*>(data);
  offset_ += bytes;
  while (bytes > 0) {
    const ssize_t written = ::write(fd_, at, bytes);
    if (written < 0) {
      if (errno == EINTR) continue;
      fail();
    }
    at += written;
    bytes -= static_cast<std::size_t>(written);
  }
}

void AtomicFile::commit() {
  if (::fsync(fd_) != 0) fail();
  // Closing reports errors that writing did not.
  const bool is_closed = ::close(std::exchange(fd_, -1)) == 0;
  if (!is_closed || ::rename(temporary_.c_str(), path_.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary_.c_str());
    errno = error;
    fail();
  }
  // The rename itself is durable only once the folder is synced.
  const std::size_t slash = path_.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    ::fsync(directory);
    ::close(directory);
  }
}

}  // namespace yardstick::checkpoint
