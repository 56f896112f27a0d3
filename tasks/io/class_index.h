#pragma once

#include <string>
#include <vector>

namespace yardstick {

// Reads a file that fixes which class has which index: a JSON list of names in order, an object of
// name to index, or an object of index to name or to [name, description], as ImageNet's
// imagenet_class_index.json. Indices must be 0 to n - 1, names distinct. Throws Data, naming the
// file, otherwise.
std::vector<std::string> read_class_index(const std::string& path);

}  // namespace yardstick
