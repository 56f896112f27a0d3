#pragma once

#include "registry/checkpoint/dtype.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace yardstick::checkpoint {

struct SafetensorsEntry {
  std::string name;
  Dtype dtype = Dtype::kFloat32;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;  // of its bytes in the file
  std::uint64_t end = 0;
};

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;        // in the header's order
  std::map<std::string, std::string> metadata;  // "__metadata__"
};

// Reads the header of a safetensors file and touches nothing behind it. Every length, offset,
// shape, dtype and name is checked: the tensors tile the data without overlap or gap, as the format
// demands. Throws Data, naming `path` and the place, on anything else.
SafetensorsHeader read_safetensors_header(std::string_view file, const std::string& path);

}  // namespace yardstick::checkpoint
