#pragma once

#include <string>

namespace yardstick::cli {

// Writes `content` beside `path` and renames it there, so that the file is whole or absent. Throws
// Environment where that fails.
void write_whole_file(const std::string& path, const std::string& content);

}  // namespace yardstick::cli
