#include "cli/weights_file.h"

#include <yardstick/checkpoint.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

namespace yardstick::cli {
namespace {

// In the order of preference.
constexpr std::array<std::string_view, 5> kModelParts = {"model", "model_state", "state_dict",
                                                         "model_state_dict", "model_ema"};

std::string part_of(const std::string& name) { return name.substr(0, name.find('.')); }

}  // namespace

WeightsFile select_model(const TensorMap& tensors) {
  std::set<std::string> parts;
  for (const auto& [name, tensor] : tensors) parts.insert(part_of(name));
  const auto chosen = std::find_if(kModelParts.begin(), kModelParts.end(),
                                   [&](auto part) { return parts.contains(std::string(part)); });
  WeightsFile file;
  if (chosen == kModelParts.end() || parts.size() == 1) {
    file.tensors = tensors;
    return file;
  }
  for (const auto& [name, tensor] : tensors) {
    if (part_of(name) == *chosen) file.tensors.emplace(name.substr(chosen->size() + 1), tensor);
  }
  parts.erase(std::string(*chosen));
  file.left_out.assign(parts.begin(), parts.end());
  return file;
}

WeightsFile read_weights_file(const std::string& path) {
  using Json = nlohmann::json;
  const Checkpoint checkpoint = read_checkpoint(path);
  WeightsFile file = select_model(checkpoint.tensors);
  const Json metadata = Json::parse(checkpoint.metadata, nullptr, /*allow_exceptions=*/false);
  if (metadata.is_object()) {
    for (const auto& [key, value] : metadata.items()) {
      if (value.is_string()) file.metadata.emplace(key, value.get<std::string>());
    }
  }
  return file;
}

}  // namespace yardstick::cli
