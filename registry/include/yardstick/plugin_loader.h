#pragma once

#include <string>
#include <vector>

#include <yardstick/export.h>
#include <yardstick/registry.h>

namespace yardstick {

struct LoadedPlugin {
  std::string path;
  std::string name;
  std::string version;
};

// Opens the shared library at `path`, checks its descriptor field by field before any of its C++ is
// called, and lets it register. The library stays open for the life of the process, since what it
// registered points into it. Throws User, naming the file and the remedy: no such file, not a shared
// library, unresolved symbols, no descriptor, another ABI number, LibTorch or standard library, or
// an exception while registering (nothing of the plug-in is kept then).
YS_API LoadedPlugin load_plugin(const std::string& path, Registrar& registrar);

// The shared libraries (*.so) of each folder in a colon-separated list such as
// $YARDSTICK_PLUGIN_PATH, in name order. Throws User on a folder that does not exist.
YS_API std::vector<std::string> find_plugins(const std::string& search_path);

}  // namespace yardstick
