#include "runners/train_checkpoint.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <set>

namespace yardstick {
namespace {

using Json = nlohmann::json;

constexpr char kFormat[] = "yardstick training checkpoint 1";

// A double survives the round trip bit for bit: nlohmann prints the shortest text that does.
Json to_json(const TrainProgress& progress) {
  Json json = {{"epoch", progress.epoch},
               {"step_in_epoch", progress.step_in_epoch},
               {"step", progress.step},
               {"images", progress.images},
               {"seconds", progress.seconds},
               {"loss_sum", progress.loss_sum},
               {"last_epoch_loss", progress.last_epoch_loss},
               {"best_metric", nullptr},
               {"is_finished", progress.is_finished}};
  if (progress.best_metric) json["best_metric"] = *progress.best_metric;
  return json;
}

TrainProgress progress_from_json(const Json& json) {
  TrainProgress progress;
  json.at("epoch").get_to(progress.epoch);
  json.at("step_in_epoch").get_to(progress.step_in_epoch);
  json.at("step").get_to(progress.step);
  json.at("images").get_to(progress.images);
  json.at("seconds").get_to(progress.seconds);
  json.at("loss_sum").get_to(progress.loss_sum);
  json.at("last_epoch_loss").get_to(progress.last_epoch_loss);
  if (!json.at("best_metric").is_null()) {
    progress.best_metric = json.at("best_metric").get<double>();
  }
  json.at("is_finished").get_to(progress.is_finished);
  return progress;
}

void flatten(const Json& json, const std::string& prefix, std::map<std::string, std::string>& out) {
  for (const auto& [key, value] : json.items()) {
    if (value.is_object()) {
      flatten(value, prefix + key + ".", out);
    } else {
      out[prefix + key] = value.is_string() ? value.get<std::string>() : value.dump();
    }
  }
}

std::map<std::string, std::string> flattened(const std::string& text) {
  std::map<std::string, std::string> flat;
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_object()) flatten(json, "", flat);
  return flat;
}

}  // namespace

void write_checkpoint(const std::string& path, const TrainCheckpoint& checkpoint) {
  write_safetensors(path, checkpoint.tensors,
                    {{"format", kFormat},
                     {"progress", to_json(checkpoint.progress).dump()},
                     {"identity", checkpoint.identity},
                     {"circumstances", checkpoint.circumstances}});
}

TrainCheckpoint read_train_checkpoint(const std::string& path) {
  TensorFile file = read_safetensors(path);
  const auto format = file.metadata.find("format");
  if (format == file.metadata.end() || format->second != kFormat) {
    throw_data(concat(path, " is no training checkpoint of this version"),
               "model.safetensors holds weights only and cannot be resumed");
  }
  TrainCheckpoint checkpoint;
  checkpoint.tensors = std::move(file.tensors);
  try {
    checkpoint.progress = progress_from_json(Json::parse(file.metadata.at("progress")));
    checkpoint.identity = file.metadata.at("identity");
    checkpoint.circumstances = file.metadata.at("circumstances");
  } catch (const std::exception& error) {  // nlohmann's, or a missing key
    throw_data(concat(path, ": malformed training state (", error.what(), ")"));
  }
  return checkpoint;
}

std::string describe_differences(const std::string& here, const std::string& checkpoint) {
  const auto ours = flattened(here);
  const auto theirs = flattened(checkpoint);
  std::set<std::string> keys;
  for (const auto& [key, value] : ours) keys.insert(key);
  for (const auto& [key, value] : theirs) keys.insert(key);
  std::string text;
  for (const std::string& key : keys) {
    const auto a = ours.find(key);
    const auto b = theirs.find(key);
    const std::string now = a == ours.end() ? "absent" : a->second;
    const std::string then = b == theirs.end() ? "absent" : b->second;
    if (now == then) continue;
    text += concat(text.empty() ? "" : ", ", key, " is ", now, " here and ", then,
                   " in the checkpoint");
  }
  return text;
}

TensorMap with_prefix(const std::string& prefix, const TensorMap& tensors) {
  TensorMap prefixed;
  for (const auto& [name, tensor] : tensors) prefixed.emplace(prefix + name, tensor);
  return prefixed;
}

TensorMap without_prefix(const std::string& prefix, const TensorMap& tensors) {
  TensorMap plain;
  for (const auto& [name, tensor] : tensors) {
    if (name.starts_with(prefix)) plain.emplace(name.substr(prefix.size()), tensor);
  }
  return plain;
}

}  // namespace yardstick
