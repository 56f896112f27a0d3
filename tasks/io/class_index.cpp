#include "tasks/io/class_index.h"

#include "tasks/io/byte_source.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <charconv>
#include <cstdint>
#include <set>

namespace yardstick {
namespace {

using Json = nlohmann::ordered_json;

bool parse_index(const std::string& text, std::int64_t& index) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  return error == std::errc() && end == text.data() + text.size();
}

class ClassIndexReader {
 public:
  explicit ClassIndexReader(const std::string& path) : path_(path) {}

  std::vector<std::string> read() const {
    std::vector<std::uint8_t> bytes;
    read_whole_file(path_, bytes);
    const Json json = Json::parse(bytes.begin(), bytes.end(), nullptr, /*allow_exceptions=*/false);
    std::vector<std::string> names;
    if (json.is_array()) {
      for (const Json& item : json) names.push_back(name_in(item));
    } else if (json.is_object()) {
      names.resize(json.size());
      for (const auto& [key, value] : json.items()) place(key, value, names);
    } else {
      fail("not a JSON list or object");
    }
    check(names);
    return names;
  }

 private:
  std::string name_in(const Json& item) const {
    if (item.is_string()) return item.get<std::string>();
    if (item.is_array() && !item.empty() && item[0].is_string()) return item[0].get<std::string>();
    fail("a class without a name");
  }

  void place(const std::string& key, const Json& value, std::vector<std::string>& names) const {
    std::int64_t index = -1;
    std::string name;
    if (value.is_number_integer()) {
      index = value.get<std::int64_t>();
      name = key;
    } else if (parse_index(key, index)) {
      name = name_in(value);
    } else {
      fail(concat("\"", key, "\" has neither an index nor is one"));
    }
    if (index < 0 || index >= static_cast<std::int64_t>(names.size())) {
      fail(concat("index ", index, " among ", names.size(), " classes"));
    }
    std::string& slot = names[static_cast<std::size_t>(index)];
    if (!slot.empty()) fail(concat("index ", index, " is given twice"));
    slot = name;
  }

  void check(const std::vector<std::string>& names) const {
    if (names.empty()) fail("no classes");
    std::set<std::string> seen;
    for (const std::string& name : names) {
      if (name.empty()) fail("a class without a name");
      if (!seen.insert(name).second) fail(concat("class ", name, " is given twice"));
    }
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw_data(concat("class index ", path_, ": ", what),
               "expected a list of names, {\"name\": index} or {\"index\": [\"name\", ...]}");
  }

  const std::string& path_;
};

}  // namespace

std::vector<std::string> read_class_index(const std::string& path) {
  return ClassIndexReader(path).read();
}

}  // namespace yardstick
