#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <yardstick/export.h>

namespace yardstick {

using ParamValue = std::variant<bool, std::int64_t, double, std::string>;

// How a value is written on the command line and in a record: true, 12, 0.05, text.
YS_API std::string to_string(const ParamValue& value);

// One declared setting. The default's type is the setting's type.
struct ParamSpec {
  std::string name;
  ParamValue default_value;
  std::string help;                 // one line, with the unit where it has one
  std::optional<double> min;        // inclusive, numbers only
  std::optional<double> max;        // inclusive, numbers only
  std::vector<std::string> choices; // text only; empty: any text
};

// The settings that a component takes, in the order in which help prints them.
class YS_API ParamSchema {
 public:
  // Throws Internal on a second declaration of a name.
  ParamSchema& add(ParamSpec spec);
  ParamSchema& flag(std::string name, bool value, std::string help);
  ParamSchema& integer(std::string name, std::int64_t value, std::string help,
                       std::optional<double> min = {}, std::optional<double> max = {});
  ParamSchema& number(std::string name, double value, std::string help,
                      std::optional<double> min = {}, std::optional<double> max = {});
  ParamSchema& text(std::string name, std::string value, std::string help,
                    std::vector<std::string> choices = {});

  const std::vector<ParamSpec>& specs() const noexcept { return specs_; }
  const ParamSpec* find(std::string_view name) const noexcept;
  std::vector<std::string> names() const;

 private:
  std::vector<ParamSpec> specs_;
};

// Where a value came from, in rising precedence.
enum class ParamOrigin { kDefault, kConfigFile, kFlag };
YS_API std::string_view to_string(ParamOrigin origin);

// A full set of values for a schema: every declared setting has one, and knows where it came from.
class YS_API Params {
 public:
  Params() = default;
  explicit Params(ParamSchema schema);  // all defaults

  // Parses and sets. Throws User on an unknown name (with the nearest), a value of another type,
  // out of range, or not among the choices. `where` names the source ("--set", "recipe.json").
  void set_from_text(std::string_view name, std::string_view text, ParamOrigin origin,
                     std::string_view where);
  void set(std::string_view name, ParamValue value, ParamOrigin origin, std::string_view where);

  // T: bool, std::int64_t, double (an integer converts), std::string. Throws Internal on a name or
  // type that the schema does not declare.
  template <typename T>
  T get(std::string_view name) const;
  bool has(std::string_view name) const noexcept;
  ParamOrigin origin(std::string_view name) const;

  const ParamSchema& schema() const noexcept { return schema_; }
  // In the schema's order, parallel to schema().specs().
  const std::vector<ParamValue>& values() const noexcept { return values_; }

 private:
  std::size_t index_of(std::string_view name) const;

  ParamSchema schema_;
  std::vector<ParamValue> values_;
  std::vector<ParamOrigin> origins_;
};

template <> YS_API bool Params::get<bool>(std::string_view) const;
template <> YS_API std::int64_t Params::get<std::int64_t>(std::string_view) const;
template <> YS_API double Params::get<double>(std::string_view) const;
template <> YS_API std::string Params::get<std::string>(std::string_view) const;

}  // namespace yardstick
