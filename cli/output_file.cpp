#include "cli/output_file.h"

#include <yardstick/error.h>

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace yardstick::cli {

OutputFile::OutputFile(std::string path)
    : path_(std::move(path)), partial_(concat(path_, ".", ::getpid(), ".part")) {
  errno = 0;
  stream_.open(partial_, std::ios::binary);
  if (!stream_) fail();
}

OutputFile::~OutputFile() {
  if (partial_.empty()) return;
  stream_.close();
  std::remove(partial_.c_str());
}

void OutputFile::fail() {
  const std::string why = std::strerror(errno);
  stream_.close();
  std::remove(partial_.c_str());
  throw_environment(concat(path_, " cannot be written: ", why));
}

void OutputFile::commit() {
  if (stream_) errno = 0;  // else it says what went wrong before
  stream_.close();
  if (!stream_ || std::rename(partial_.c_str(), path_.c_str()) != 0) fail();
  partial_.clear();
}

void write_whole_file(const std::string& path, const std::string& content) {
  OutputFile file(path);
  file.stream() << content;
  file.commit();
}

}  // namespace yardstick::cli
