#pragma once

#include <string>
#include <vector>

namespace yardstick::cli {

struct SkeletonFile {
  std::string name;
  std::string content;
};

// The files of a plug-in called `name` (small letters, digits, _) with one model <name>_32.
std::vector<SkeletonFile> plugin_skeleton(const std::string& name);

}  // namespace yardstick::cli
