#include <yardstick/error.h>
#include <yardstick/names.h>
#include <yardstick/weights_catalog.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace yardstick {
namespace {

using Json = nlohmann::ordered_json;

const std::vector<std::string> kKeys = {"tag",     "file_name", "url",           "sha256",
                                        "licence", "classes",   "preprocessing", "published"};

std::string text_of(const Json& json, const std::string& key, const std::string& where,
                    bool is_required) {
  if (!json.contains(key)) {
    if (is_required) throw_data(concat(where, ": ", key, " is missing"));
    return {};
  }
  if (!json[key].is_string()) throw_data(concat(where, ": ", key, " must be text"));
  return json[key].get<std::string>();
}

WeightsEntry read_entry(const Json& json, const std::string& where) {
  if (!json.is_object()) throw_data(concat(where, ": an entry must be an object"));
  for (const auto& [key, value] : json.items()) {
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) {
      throw_data(concat(where, ": no key is named ", key), suggestion(key, kKeys));
    }
  }
  WeightsEntry entry;
  entry.tag = text_of(json, "tag", where, true);
  const std::string here = where + "." + entry.tag;
  entry.file_name = text_of(json, "file_name", here, true);
  entry.url = text_of(json, "url", here, true);
  entry.sha256 = text_of(json, "sha256", here, false);
  entry.licence = text_of(json, "licence", here, true);
  entry.published = text_of(json, "published", here, false);
  if (!json.contains("classes") || !json["classes"].is_number_integer()) {
    throw_data(concat(here, ": classes must be an integer"));
  }
  entry.classes = json["classes"].get<std::int64_t>();
  if (!json.contains("preprocessing")) throw_data(concat(here, ": preprocessing is missing"));
  entry.preprocessing = preprocessing_from_json(json["preprocessing"].dump(), here);
  return entry;
}

}  // namespace

WeightsCatalog WeightsCatalog::load(const std::string& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (const auto& item : std::filesystem::directory_iterator(folder, error)) {
    if (item.path().extension() == ".json") files.push_back(item.path());
  }
  if (error) {
    throw_environment(concat("weights catalogue ", folder, " cannot be read: ", error.message()));
  }
  std::sort(files.begin(), files.end());

  WeightsCatalog catalog;
  for (const auto& file : files) {
    std::ifstream in(file);
    std::stringstream text;
    text << in.rdbuf();
    Json json;
    try {
      json = Json::parse(text.str(), nullptr, true, /*ignore_comments=*/true);
    } catch (const Json::parse_error& parse_error) {
      throw_data(concat(file.string(), ": not JSON: ", parse_error.what()));
    }
    if (!json.is_object() || !json.contains("models") || !json["models"].is_object()) {
      throw_data(concat(file.string(), ": must be an object with \"models\""));
    }
    for (const auto& [model, entries] : json["models"].items()) {
      const std::string where = concat(file.string(), ": ", model);
      if (!entries.is_array()) throw_data(concat(where, ": must be a list of weights"));
      auto& list = catalog.entries_[model];
      for (const Json& item : entries) {
        WeightsEntry entry = read_entry(item, where);
        const auto same = [&](const WeightsEntry& other) { return other.tag == entry.tag; };
        if (std::any_of(list.begin(), list.end(), same)) {
          throw_data(concat(where, ": two weights are tagged ", entry.tag));
        }
        list.push_back(std::move(entry));
      }
    }
  }
  return catalog;
}

const std::vector<WeightsEntry>& WeightsCatalog::tags(std::string_view model) const {
  static const std::vector<WeightsEntry> kNone;
  const auto found = entries_.find(model);
  return found == entries_.end() ? kNone : found->second;
}

const WeightsEntry& WeightsCatalog::get(std::string_view model, std::string_view tag) const {
  std::vector<std::string> names;
  for (const WeightsEntry& entry : tags(model)) {
    if (entry.tag == tag) return entry;
    names.push_back(entry.tag);
  }
  if (names.empty()) throw_user(concat("no weights are known for ", model));
  const std::string near = suggestion(tag, names);
  throw_user(concat("no weights of ", model, " are tagged ", tag),
             near.empty() ? concat("`yardstick show ", model, "` lists the tags") : near);
}

}  // namespace yardstick
