#include "tests/support/project_paths.h"

namespace yardstick::test {
namespace {

std::string below(std::string folder, std::string_view relative) {
  return relative.empty() ? folder : folder.append("/").append(relative);
}

}  // namespace

std::string source_path(std::string_view relative) { return below(YARDSTICK_SOURCE_DIR, relative); }
std::string test_data(std::string_view relative) {
  return below(YARDSTICK_SOURCE_DIR "/tests", relative);
}

std::string built(std::string_view relative) { return below(YARDSTICK_BINARY_DIR, relative); }
std::string program() { return built("bin/yardstick"); }
std::string share_dir() { return built("share/yardstick"); }

}  // namespace yardstick::test
