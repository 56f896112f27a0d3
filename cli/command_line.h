#pragma once

#include "cli/command.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace yardstick::cli {

// What the user typed behind a command's name, checked against its options.
class CommandLine {
 public:
  // Throws User on an unknown option (with the nearest), a missing value, a second value for an
  // option that takes one, or too many arguments. Too few are checked by require_arguments, so that
  // --help needs none.
  // `command` must outlive the result.
  static CommandLine parse(const Command& command, const std::vector<std::string>& words);

  const Command& command() const { return *command_; }
  bool has(const std::string& option) const { return values_.contains(option); }
  // The option's value, or `fallback` where it was not given.
  std::string text(const std::string& option, const std::string& fallback = {}) const;
  // As text(), a whole number of at least `least`; throws User on anything else.
  std::int64_t whole_number(const std::string& option, std::int64_t fallback,
                            std::int64_t least = 1) const;
  const std::vector<std::string>& list(const std::string& option) const;
  const std::vector<std::string>& arguments() const { return arguments_; }

  // Throws User where there are fewer arguments than the command takes.
  void require_arguments() const;

 private:
  explicit CommandLine(const Command& command) : command_(&command) {}

  const Command* command_;
  std::map<std::string, std::vector<std::string>> values_;
  std::vector<std::string> arguments_;
};

// A word as a shell would have to be given it.
std::string shell_quoted(const std::string& word);

}  // namespace yardstick::cli
