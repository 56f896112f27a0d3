#include "cli/output_file.h"

#include <yardstick/error.h>

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace yardstick::cli {

void write_whole_file(const std::string& path, const std::string& content) {
  const std::string partial = concat(path, ".", ::getpid(), ".part");
  const auto fail = [&] {
    const std::string why = std::strerror(errno);
    std::remove(partial.c_str());
    throw_environment(concat(path, " cannot be written: ", why));
  };
  errno = 0;
  std::ofstream out(partial, std::ios::binary);
  out << content;
  out.close();
  if (!out) fail();
  if (std::rename(partial.c_str(), path.c_str()) != 0) fail();
}

}  // namespace yardstick::cli
