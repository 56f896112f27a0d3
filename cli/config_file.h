#pragma once

#include <yardstick/params.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace yardstick::cli {

struct ConfigMember;

// One value of a configuration file, with what names its place in error messages.
struct ConfigValue {
  using List = std::vector<ConfigValue>;
  using Object = std::vector<ConfigMember>;
  std::variant<ParamValue, List, Object> data;
};

struct ConfigMember {
  std::string key;
  std::string where;  // "recipe.json:3:5", line and column of the key
  ConfigValue value;
};

// A JSON file of settings with // and /* */ comments. Keys keep their order.
struct ConfigFile {
  std::string path;
  std::vector<ConfigMember> members;

  // Throws Data where the file cannot be read, and User, with line and column, on malformed JSON, a
  // key given twice, or null.
  static ConfigFile read(const std::string& path);
};

// Throw User, naming the member's place, where its value has another shape.
const ParamValue& single_value(const ConfigMember& member);
const ConfigValue::Object& object_value(const ConfigMember& member, const char* of_what);
// Of a value or a list of values, each as text.
std::vector<std::string> value_texts(const ConfigMember& member);
[[noreturn]] void refuse_shape(const ConfigMember& member, const std::string& wanted);

// Throws User, with the nearest of `allowed`, on a member of another name. `owner` is what has no
// such setting: "yardstick bench".
void refuse_unknown_keys(const ConfigValue::Object& members,
                         const std::vector<std::string>& allowed, const std::string& owner);

}  // namespace yardstick::cli
