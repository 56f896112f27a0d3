#include <yardstick/check.h>
#include <yardstick/names.h>
#include <yardstick/params.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace yardstick {
namespace {

constexpr const char* kTypeNames[] = {"true or false", "an integer", "a number", "text"};

ParamValue parse_value(const ParamSpec& spec, std::string_view text, std::string_view where) {
  const auto refuse = [&](const std::string& why) {
    throw_user(concat(where, ": ", spec.name, " takes ", kTypeNames[spec.default_value.index()],
                      ", not \"", text, "\"", why));
  };
  const char* end = text.data() + text.size();
  switch (spec.default_value.index()) {
    case 0:
      if (text == "true" || text == "1" || text == "yes" || text == "on") return true;
      if (text == "false" || text == "0" || text == "no" || text == "off") return false;
      refuse("");
      break;
    case 1: {
      std::int64_t value = 0;
      const auto [stop, error] = std::from_chars(text.data(), end, value);
      if (error == std::errc::result_out_of_range) refuse(" (too large)");
      if (error != std::errc() || stop != end) refuse("");
      return value;
    }
    case 2: {
      double value = 0;
      const auto [stop, error] = std::from_chars(text.data(), end, value);
      if (error != std::errc() || stop != end || !std::isfinite(value)) refuse("");
      return value;
    }
    default:
      break;
  }
  return std::string(text);
}

void check_value(const ParamSpec& spec, const ParamValue& value, std::string_view where) {
  const auto check_range = [&](double number) {
    if ((spec.min && number < *spec.min) || (spec.max && number > *spec.max)) {
      std::string range = spec.min && spec.max ? concat("between ", *spec.min, " and ", *spec.max)
                          : spec.min           ? concat("at least ", *spec.min)
                                               : concat("at most ", *spec.max);
      throw_user(concat(where, ": ", spec.name, " must be ", range, ", not ", to_string(value)));
    }
  };
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    check_range(static_cast<double>(*integer));
  } else if (const auto* number = std::get_if<double>(&value)) {
    check_range(*number);
  } else if (const auto* text = std::get_if<std::string>(&value); text && !spec.choices.empty()) {
    if (std::find(spec.choices.begin(), spec.choices.end(), *text) == spec.choices.end()) {
      std::string all;
      for (const std::string& choice : spec.choices) all += (all.empty() ? "" : ", ") + choice;
      throw_user(concat(where, ": ", spec.name, " is one of ", all, ", not \"", *text, "\""),
                 suggestion(*text, spec.choices));
    }
  }
}

}  // namespace

std::string to_string(const ParamValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* number = std::get_if<double>(&value)) {
    char buffer[32];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, *number);
    return {buffer, end};
  }
  return std::get<std::string>(value);
}

ParamSchema& ParamSchema::add(ParamSpec spec) {
  YS_CHECK(find(spec.name) == nullptr, spec.name);
  specs_.push_back(std::move(spec));
  return *this;
}

ParamSchema& ParamSchema::flag(std::string name, bool value, std::string help) {
  return add({std::move(name), value, std::move(help), {}, {}, {}});
}

ParamSchema& ParamSchema::integer(std::string name, std::int64_t value, std::string help,
                                  std::optional<double> min, std::optional<double> max) {
  return add({std::move(name), value, std::move(help), min, max, {}});
}

ParamSchema& ParamSchema::number(std::string name, double value, std::string help,
                                 std::optional<double> min, std::optional<double> max) {
  return add({std::move(name), value, std::move(help), min, max, {}});
}

ParamSchema& ParamSchema::text(std::string name, std::string value, std::string help,
                               std::vector<std::string> choices) {
  return add({std::move(name), std::move(value), std::move(help), {}, {}, std::move(choices)});
}

const ParamSpec* ParamSchema::find(std::string_view name) const noexcept {
  for (const ParamSpec& spec : specs_) {
    if (spec.name == name) return &spec;
  }
  return nullptr;
}

std::vector<std::string> ParamSchema::names() const {
  std::vector<std::string> names;
  for (const ParamSpec& spec : specs_) names.push_back(spec.name);
  return names;
}

std::string_view to_string(ParamOrigin origin) {
  switch (origin) {
    case ParamOrigin::kDefault:
      return "default";
    case ParamOrigin::kConfigFile:
      return "config file";
    case ParamOrigin::kFlag:
      return "flag";
  }
  return "?";
}

Params::Params(ParamSchema schema) : schema_(std::move(schema)) {
  for (const ParamSpec& spec : schema_.specs()) {
    values_.push_back(spec.default_value);
    origins_.push_back(ParamOrigin::kDefault);
  }
}

void Params::set_from_text(std::string_view name, std::string_view text, ParamOrigin origin,
                           std::string_view where) {
  const ParamSpec* spec = schema_.find(name);
  if (spec == nullptr) {
    const auto names = schema_.names();
    throw_user(concat(where, ": no setting is named ", name), suggestion(name, names));
  }
  set(name, parse_value(*spec, text, where), origin, where);
}

void Params::set(std::string_view name, ParamValue value, ParamOrigin origin,
                 std::string_view where) {
  const ParamSpec* spec = schema_.find(name);
  if (spec == nullptr) {
    const auto names = schema_.names();
    throw_user(concat(where, ": no setting is named ", name), suggestion(name, names));
  }
  if (std::holds_alternative<double>(spec->default_value)) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      value = static_cast<double>(*integer);
    }
  }
  if (value.index() != spec->default_value.index()) {
    throw_user(concat(where, ": ", name, " takes ", kTypeNames[spec->default_value.index()],
                      ", not ", to_string(value)));
  }
  check_value(*spec, value, where);
  const std::size_t i = index_of(name);
  values_[i] = std::move(value);
  origins_[i] = origin;
}

bool Params::has(std::string_view name) const noexcept { return schema_.find(name) != nullptr; }

ParamOrigin Params::origin(std::string_view name) const { return origins_[index_of(name)]; }

std::size_t Params::index_of(std::string_view name) const {
  const ParamSpec* spec = schema_.find(name);
  YS_CHECK(spec != nullptr, name);
  return static_cast<std::size_t>(spec - schema_.specs().data());
}

namespace {

template <typename T>
const T& value_as(const ParamValue& value, std::string_view name) {
  const T* typed = std::get_if<T>(&value);
  YS_CHECK(typed != nullptr, name);
  return *typed;
}

}  // namespace

template <>
bool Params::get<bool>(std::string_view name) const {
  return value_as<bool>(values_[index_of(name)], name);
}

template <>
std::int64_t Params::get<std::int64_t>(std::string_view name) const {
  return value_as<std::int64_t>(values_[index_of(name)], name);
}

template <>
double Params::get<double>(std::string_view name) const {
  const ParamValue& value = values_[index_of(name)];
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  return value_as<double>(value, name);
}

template <>
std::string Params::get<std::string>(std::string_view name) const {
  return value_as<std::string>(values_[index_of(name)], name);
}

}  // namespace yardstick
