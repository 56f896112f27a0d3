#include "runners/checkpoint_metadata.h"

#include <yardstick/error.h>
#include <yardstick/version.h>

#include <nlohmann/json.hpp>

namespace yardstick {
namespace {

using Json = nlohmann::json;

const std::string& value_of(const std::map<std::string, std::string>& metadata,
                            const std::string& key, const std::string& where) {
  const auto found = metadata.find(key);
  if (found == metadata.end()) {
    throw_data(concat(where, ": the metadata has no ", key), "train again with this version");
  }
  return found->second;
}

ParamValue to_param_value(const Json& value, const std::string& name, const std::string& where) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number()) return value.get<double>();
  if (value.is_string()) return value.get<std::string>();
  throw_data(concat(where, ": parameter ", name, " is neither flag, number nor text"));
}

}  // namespace

std::map<std::string, std::string> to_metadata(const CheckpointMetadata& checkpoint) {
  std::map<std::string, std::string> metadata = {
      {"yardstick_version", YARDSTICK_VERSION},
      {"model", checkpoint.model},
      {"model_params", checkpoint.model_params},
      {"methods", checkpoint.methods},
      {"preprocessing", to_json(checkpoint.preprocessing)},
      {"task", checkpoint.task},
      {"classes", Json(checkpoint.classes).dump(-1, ' ', false, Json::error_handler_t::replace)}};
  if (!checkpoint.objective.empty()) metadata["objective"] = checkpoint.objective;
  if (!checkpoint.averaging.empty()) metadata["averaging"] = checkpoint.averaging;
  return metadata;
}

std::optional<CheckpointMetadata> checkpoint_metadata(
    const std::map<std::string, std::string>& metadata, const std::string& where) {
  const auto version = metadata.find("yardstick_version");
  if (version == metadata.end()) return std::nullopt;
  CheckpointMetadata checkpoint;
  checkpoint.yardstick_version = version->second;
  checkpoint.model = value_of(metadata, "model", where);
  checkpoint.model_params = value_of(metadata, "model_params", where);
  checkpoint.methods = value_of(metadata, "methods", where);
  checkpoint.preprocessing =
      preprocessing_from_json(value_of(metadata, "preprocessing", where), where);
  checkpoint.task = value_of(metadata, "task", where);
  const auto optional = [&](const char* key) {
    const auto found = metadata.find(key);
    return found == metadata.end() ? std::string() : found->second;
  };
  checkpoint.objective = optional("objective");
  checkpoint.averaging = optional("averaging");
  const Json classes = Json::parse(value_of(metadata, "classes", where), nullptr, false);
  if (!classes.is_array()) throw_data(concat(where, ": classes in the metadata are no JSON array"));
  for (const Json& name : classes) {
    if (!name.is_string()) throw_data(concat(where, ": a class name in the metadata is no text"));
    checkpoint.classes.push_back(name.get<std::string>());
  }
  return checkpoint;
}

void set_params_from_json(Params& params, const std::string& json, const std::string& where) {
  const Json object = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) throw_data(concat(where, ": parameters are no JSON object"));
  for (const auto& [name, value] : object.items()) {
    try {
      params.set(name, to_param_value(value, name, where), ParamOrigin::kConfigFile, where);
    } catch (const Error& error) {
      // What a file says wrong is the file's fault and not the command line's.
      if (error.kind() != ErrorKind::kUser) throw;
      throw_data(error.message(), error.hint());
    }
  }
}

}  // namespace yardstick
