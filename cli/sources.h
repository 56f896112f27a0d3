#pragma once

#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/config_file.h"

#include <yardstick/params.h>

#include <optional>
#include <string>
#include <vector>

namespace yardstick::cli {

// A value as given, before anything knows its type.
struct Sourced {
  std::string text;
  ParamOrigin origin = ParamOrigin::kDefault;
  std::string where;  // "--task" or "recipe.json:3:5"
};

// What the user gave for a run: flags over the --config file. Defaults are the reader's.
class Sources {
 public:
  // Reads the --config file, where there is one. Throws User on a key of it that is no option of
  // the command, with the nearest.
  explicit Sources(const CommandLine& line);

  // The value of an option that takes one; a list in a file reads as "1,8,32".
  std::optional<Sourced> text(const std::string& option) const;
  // As text, or `fallback` with origin kDefault.
  Sourced text_or(const std::string& option, std::string fallback) const;
  // The values of a repeatable option: the flags where there are any, else the file's.
  std::vector<Sourced> list(const std::string& option) const;
  // The command's argument, or the file's `key`.
  std::optional<Sourced> argument(const std::string& key) const;

  // Sets every setting of `settings` that the file or a flag gives.
  void apply(Params& settings) const;
  // Sets the model's parameters from the file's object "set" and from --set KEY=VALUE.
  // `settings` makes the hint when a setting of the command is given by mistake.
  void apply_set(Params& model_params, const ParamSchema& settings) const;

 private:
  const ConfigMember* member(const std::string& option) const;

  const CommandLine& line_;
  std::optional<ConfigFile> config_;
};

// An option as a key of a file: "batch_size".
std::string key_name(const std::string& option);

// "key=value" parted; throws User, naming `where`, without a "=" or a key.
std::pair<std::string, std::string> split_assignment(const std::string& text,
                                                     const std::string& where);

}  // namespace yardstick::cli
