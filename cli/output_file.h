#pragma once

#include <fstream>
#include <string>

namespace yardstick::cli {

// A file that appears under its name whole or not at all: what is written goes beside it until
// commit() renames it. Without a commit nothing is left.
class OutputFile {
 public:
  // Throws Environment where nothing can be written there.
  explicit OutputFile(std::string path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  std::ostream& stream() { return stream_; }
  // Throws Environment where anything could not be written.
  void commit();

 private:
  [[noreturn]] void fail();

  std::string path_;
  std::string partial_;
  std::ofstream stream_;
};

// Writes `content` beside `path` and renames it there, so that the file is whole or absent. Throws
// Environment where that fails.
void write_whole_file(const std::string& path, const std::string& content);

}  // namespace yardstick::cli
