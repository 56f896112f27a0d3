#pragma once

#include <string>

namespace yardstick {

// How this binary was built.
struct BuildInfo {
  std::string git_commit;  // "" outside a git checkout
  std::string git_dirty;   // hash of what differs from the commit; "" where nothing does
  std::string build_type;  // CMake's: "Release"
  std::string compiler;    // "GNU 12.2.0"
  std::string flags;
  std::string sanitizers;  // "address,undefined" or ""
  bool is_optimised = false;
};

const BuildInfo& build_info();

}  // namespace yardstick
