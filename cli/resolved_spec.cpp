#include "cli/resolved_spec.h"

#include "cli/text_table.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace yardstick::cli {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const ParamValue& value) {
  return std::visit([](const auto& plain) { return Json(plain); }, value);
}

}  // namespace

ResolvedSpec& ResolvedSpec::add(std::string name, const ParamValue& value, std::string origin) {
  values_.push_back({std::move(name), json_of(value).dump(), to_string(value), std::move(origin)});
  return *this;
}

ResolvedSpec& ResolvedSpec::add(std::string name, const Sourced& sourced) {
  return add(std::move(name), ParamValue(sourced.text), std::string(to_string(sourced.origin)));
}

ResolvedSpec& ResolvedSpec::add_json(std::string name, std::string json, std::string origin) {
  values_.push_back({std::move(name), json, json, std::move(origin)});
  return *this;
}

ResolvedSpec& ResolvedSpec::add(const Params& params, const std::string& prefix,
                                const std::map<std::string, std::string>& origins) {
  const auto& specs = params.schema().specs();
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const auto special = origins.find(specs[i].name);
    add(prefix + specs[i].name, params.values()[i],
        special != origins.end() ? special->second
                                 : std::string(to_string(params.origin(specs[i].name))));
  }
  return *this;
}

std::string ResolvedSpec::effective_json() const {
  Json json = Json::object();
  for (const Value& value : values_) {
    json[value.name] = {{"value", Json::parse(value.json)}, {"origin", value.origin}};
  }
  return json.dump();
}

std::string ResolvedSpec::requested_json() const {
  Json json = Json::object();
  for (const Value& value : values_) {
    if (value.origin == to_string(ParamOrigin::kFlag) ||
        value.origin == to_string(ParamOrigin::kConfigFile)) {
      json[value.name] = Json::parse(value.json);
    }
  }
  return json.dump();
}

std::string ResolvedSpec::to_text() const {
  TextTable table({TextTable::Align::kLeft, TextTable::Align::kLeft, TextTable::Align::kLeft});
  table.add({"setting", "origin", "value"});
  table.add({"command", "", command_});
  for (const Value& value : values_) {
    table.add({value.name, value.origin, value.text.empty() ? "-" : value.text});
  }
  return table.text();
}

std::string ResolvedSpec::to_json() const {
  const Json json = {{"command", command_}, {"spec", Json::parse(effective_json())}};
  return json.dump(2) + "\n";
}

}  // namespace yardstick::cli
