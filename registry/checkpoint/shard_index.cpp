#include "registry/checkpoint/shard_index.h"

#include "registry/checkpoint/printable.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <set>

namespace yardstick::checkpoint {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxIndexBytes = 32'000'000;  // 300,000 tensors
constexpr int kMaxDepth = 16;  // of "metadata"; JSON is written out recursively

// Refuses what the parser would merge or nest without a word.
class Watch {
 public:
  explicit Watch(const std::string& path) : path_(path) {}

  bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
    if (depth > kMaxDepth) throw_data(concat(path_, ": nests deeper than ", kMaxDepth));
    if (event == Json::parse_event_t::object_start) keys_.emplace_back();
    if (event == Json::parse_event_t::object_end) keys_.pop_back();
    if (event == Json::parse_event_t::key &&
        !keys_.back().insert(parsed.get_ref<const std::string&>()).second) {
      throw_data(concat(path_, ": the key ", printable(parsed.get_ref<const std::string&>()),
                        " occurs twice"));
    }
    return true;
  }

 private:
  const std::string& path_;
  std::vector<std::set<std::string>> keys_;
};

void check_file_name(const std::string& file, const std::string& path) {
  const bool is_plain = !file.empty() && file != "." && file != ".." &&
                        file.find('/') == std::string::npos && printable(file, file.size()) == file;
  if (!is_plain) {
    throw_data(concat(path, ": the shard ", printable(file), " is not beside its index"));
  }
}

}  // namespace

ShardIndex read_shard_index(std::string_view text, const std::string& path) {
  if (text.size() > kMaxIndexBytes) {
    throw_data(concat(path, ": has ", text.size(), " bytes, an index of shards has at most ",
                      kMaxIndexBytes));
  }
  Json json;
  try {
    Watch watch(path);
    json = Json::parse(text.begin(), text.end(),
                       [&](int depth, Json::parse_event_t event, Json& parsed) {
                         return watch(depth, event, parsed);
                       });
  } catch (const nlohmann::json::exception& error) {
    throw_data(concat(path, ": is not JSON: ", printable(error.what(), 200)));
  }
  if (!json.is_object() || !json.contains("weight_map") || !json["weight_map"].is_object()) {
    throw_data(concat(path, ": is no index of shards: it lacks weight_map"));
  }
  ShardIndex index;
  for (const auto& [name, file] : json["weight_map"].items()) {
    if (!file.is_string()) {
      throw_data(concat(path, ": weight_map: ", printable(name), " names no file"));
    }
    check_file_name(file.get_ref<const std::string&>(), path);
    index.files.emplace_back(name, file.get<std::string>());
  }
  if (json.contains("metadata") && json["metadata"].is_object())
    index.metadata = json["metadata"].dump();
  return index;
}

}  // namespace yardstick::checkpoint
