#pragma once

#include <string>
#include <vector>

namespace yardstick::cli {

class CommandLine;
class Context;

// An option as the parser, --help and the manual know it.
struct Option {
  std::string name;           // without dashes: "batch-size"
  std::string value = {};     // what stands for its value in help; "" for a switch
  std::string help = {};      // one sentence without a full stop
  std::string fallback = {};  // the default as printed; "" where there is none worth printing
  char letter = 0;            // of the short form
  bool is_repeatable = false;
  bool may_stand_alone = false;  // --name means --name=true
};

struct OptionGroup {
  std::string title;
  std::vector<Option> options;
};

struct Example {
  std::string line;   // "yardstick list 'vit*'"
  std::string about;  // one line
};

// One sub-command: all that the parser, the help and main need of it.
struct Command {
  std::string name;       // "train", "plugin check"
  std::string summary;    // one line, for the list of commands
  std::string arguments;  // of the usage line: "[MODEL]"
  std::string details;    // paragraphs parted by an empty line; Markdown
  std::size_t min_arguments = 0;
  std::size_t max_arguments = 0;
  std::vector<OptionGroup> groups;
  std::vector<Example> examples;
  // Returns the exit code. Throws Error.
  int (*run)(const CommandLine& line, Context& context) = nullptr;

  const Option* find_option(const std::string& option_name) const;
  std::vector<std::string> option_names() const;
};

// Every command, in the order in which help lists them.
std::vector<Command> all_commands();

}  // namespace yardstick::cli
