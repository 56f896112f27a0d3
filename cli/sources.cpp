#include "cli/sources.h"

#include "cli/common_options.h"

#include <yardstick/error.h>

#include <algorithm>
#include <utility>

namespace yardstick::cli {
namespace {

// Keys a file may hold: "model", "about", and the command's options but for those that say how the
// command is used rather than what is run.
std::vector<std::string> allowed_keys(const Command& command) {
  std::vector<std::string> keys = {"about"};
  if (command.max_arguments > 0) keys.push_back("model");
  for (const std::string& option : command.option_names()) {
    static const std::vector<std::string> kUsage = {"config", "details", "dry-run", "help",
                                                    "json",   "plugin",  "quiet",   "resume"};
    if (std::find(kUsage.begin(), kUsage.end(), option) == kUsage.end()) {
      keys.push_back(key_name(option));
    }
  }
  return keys;
}

}  // namespace

Sources::Sources(const CommandLine& line) : line_(line) {
  if (!line.has("config")) return;
  const Command& command = line.command();
  config_ = ConfigFile::read(line.text("config"));
  refuse_unknown_keys(config_->members, allowed_keys(command), "yardstick " + command.name);
}

const ConfigMember* Sources::member(const std::string& option) const {
  if (!config_) return nullptr;
  const std::string key = key_name(option);
  for (const ConfigMember& given : config_->members) {
    if (given.key == key) return &given;
  }
  return nullptr;
}

std::optional<Sourced> Sources::text(const std::string& option) const {
  if (line_.has(option)) return Sourced{line_.text(option), ParamOrigin::kFlag, "--" + option};
  const ConfigMember* given = member(option);
  if (given == nullptr) return std::nullopt;
  std::string joined;
  for (const std::string& text : value_texts(*given)) joined += (joined.empty() ? "" : ",") + text;
  return Sourced{joined, ParamOrigin::kConfigFile, given->where};
}

Sourced Sources::text_or(const std::string& option, std::string fallback) const {
  if (auto given = text(option)) return *std::move(given);
  return {std::move(fallback), ParamOrigin::kDefault, "default"};
}

std::vector<Sourced> Sources::list(const std::string& option) const {
  std::vector<Sourced> values;
  if (line_.has(option)) {
    for (const std::string& text : line_.list(option)) {
      values.push_back({text, ParamOrigin::kFlag, "--" + option});
    }
  } else if (const ConfigMember* given = member(option)) {
    for (std::string& text : value_texts(*given)) {
      values.push_back({std::move(text), ParamOrigin::kConfigFile, given->where});
    }
  }
  return values;
}

std::optional<Sourced> Sources::argument(const std::string& key) const {
  if (!line_.arguments().empty()) {
    return Sourced{line_.arguments().front(), ParamOrigin::kFlag, "the command line"};
  }
  const ConfigMember* given = member(key);
  if (given == nullptr) return std::nullopt;
  return Sourced{to_string(single_value(*given)), ParamOrigin::kConfigFile, given->where};
}

void Sources::apply(Params& settings) const {
  for (const ParamSpec& spec : settings.schema().specs()) {
    if (const ConfigMember* given = member(spec.name)) {
      settings.set(spec.name, single_value(*given), ParamOrigin::kConfigFile, given->where);
    }
    const std::string flag = flag_name(spec.name);
    if (line_.has(flag)) {
      settings.set_from_text(spec.name, line_.text(flag), ParamOrigin::kFlag, "--" + flag);
    }
  }
}

void Sources::apply_set(Params& model_params, const ParamSchema& settings) const {
  const auto check_place = [&](const std::string& key, const std::string& where) {
    if (!model_params.has(key) && settings.find(key) != nullptr) {
      throw_user(concat(where, ": ", key, " is no parameter of the model"),
                 concat("it is a setting of the command: --", flag_name(key)));
    }
  };
  if (const ConfigMember* given = member("set")) {
    for (const ConfigMember& inner : object_value(*given, "the model's parameters")) {
      check_place(inner.key, inner.where);
      model_params.set(inner.key, single_value(inner), ParamOrigin::kConfigFile, inner.where);
    }
  }
  for (const std::string& text : line_.list("set")) {
    const auto [key, value] = split_assignment(text, "--set");
    check_place(key, "--set");
    model_params.set_from_text(key, value, ParamOrigin::kFlag, "--set");
  }
}

std::string key_name(const std::string& option) {
  std::string key = option;
  std::replace(key.begin(), key.end(), '-', '_');
  return key;
}

std::pair<std::string, std::string> split_assignment(const std::string& text,
                                                     const std::string& where) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw_user(concat(where, " takes KEY=VALUE, not \"", text, "\""));
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

}  // namespace yardstick::cli
