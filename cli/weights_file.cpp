#include "cli/weights_file.h"

#include <yardstick/sha256.h>

#include <nlohmann/json.hpp>

#include <utility>

namespace yardstick::cli {

TensorMap WeightsFile::tensors() const {
  TensorMap tensors;
  for (const auto& [name, index] : model.tensors) tensors.emplace(name, file.tensor(index));
  return tensors;
}

WeightsFile open_weights_file(const std::string& path, const std::string& key) {
  CheckpointFile file(path);
  ModelPart model = find_model(file.entries(), key, path);
  return {std::move(file), std::move(model)};
}

std::string sha256_of_checkpoint(const CheckpointFile& file, const std::string& path) {
  const std::string own = sha256_of_file(path);
  if (file.format() != CheckpointFormat::kShardedSafetensors) return own;
  Sha256 hash;
  hash.update(own + "\n");
  for (const std::string& shard : file.files()) hash.update(sha256_of_file(shard) + "\n");
  return hash.hex();
}

std::map<std::string, std::string> text_metadata(const CheckpointFile& file) {
  using Json = nlohmann::json;
  std::map<std::string, std::string> found;
  const Json metadata = Json::parse(file.metadata(), nullptr, /*allow_exceptions=*/false);
  if (!metadata.is_object()) return found;
  for (const auto& [key, value] : metadata.items()) {
    if (value.is_string()) found.emplace(key, value.get<std::string>());
  }
  return found;
}

}  // namespace yardstick::cli
