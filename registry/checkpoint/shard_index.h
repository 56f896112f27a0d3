#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yardstick::checkpoint {

// {"metadata": ..., "weight_map": {"name": "model-00001-of-00002.safetensors", ...}}
struct ShardIndex {
  std::vector<std::pair<std::string, std::string>> files;  // tensor, the file beside the index
  std::string metadata = "{}";                             // JSON object
};

// Throws Data, naming `path`, on anything else: a name that occurs twice, a file in another folder.
ShardIndex read_shard_index(std::string_view text, const std::string& path);

}  // namespace yardstick::checkpoint
