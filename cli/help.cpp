#include "cli/help.h"

#include "cli/manual_text.h"
#include "cli/text_table.h"

#include <yardstick/error.h>

#include <algorithm>
#include <string_view>

namespace yardstick::cli {
namespace {

constexpr std::size_t kWidth = 96;
constexpr std::size_t kOptionColumn = 30;

std::string usage(const Command& command) {
  std::string line = concat("yardstick ", command.name);
  if (!command.arguments.empty()) line += concat(" ", command.arguments);
  return line + " [options]";
}

std::string spelled(const Option& option) {
  std::string text = concat("--", option.name);
  if (option.may_stand_alone) {
    text += concat("[=", option.value, "]");
  } else if (!option.value.empty()) {
    text += concat(" ", option.value);
  }
  return option.letter == 0 ? text : concat("-", option.letter, ", ", text);
}

std::string meaning(const Option& option) {
  if (option.fallback.empty()) return option.help;
  return concat(option.help, " (default: ", option.fallback, ")");
}

std::string option_help(const Option& option) {
  const std::string indent(kOptionColumn, ' ');
  std::string text = wrap(meaning(option), kWidth, indent);
  const std::string name = concat("  ", spelled(option));
  if (name.size() + 2 > kOptionColumn) return name + "\n" + text;
  return text.replace(0, name.size(), name);
}

std::vector<std::string_view> paragraphs(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = text.find("\n\n");
    parts.push_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 2);
  }
  return parts;
}

// A cell must not end its row.
std::string cell(std::string text) {
  for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) {
    text.insert(at, 1, '\\');
  }
  return text;
}

std::string option_tables(const std::vector<OptionGroup>& groups) {
  std::string text;
  for (const OptionGroup& group : groups) {
    if (group.options.empty()) continue;
    text += concat("| ", group.title, " | |\n| --- | --- |\n");
    for (const Option& option : group.options) {
      text += concat("| `", cell(spelled(option)), "` | ", cell(meaning(option)), " |\n");
    }
    text += "\n";
  }
  return text;
}

bool is_general(const OptionGroup& group) { return group.title == "General"; }

}  // namespace

std::string command_help(const Command& command) {
  std::string text = concat("yardstick ", command.name, ": ", command.summary,
                            "\n\nUsage: ", usage(command), "\n");
  for (const std::string_view paragraph : paragraphs(command.details)) {
    text += concat("\n", wrap(paragraph, kWidth, ""));
  }
  for (const OptionGroup& group : command.groups) {
    if (group.options.empty()) continue;
    text += concat("\n", group.title, ":\n");
    for (const Option& option : group.options) text += option_help(option);
  }
  text += "\nExamples:\n";
  for (const Example& example : command.examples) {
    text += concat("  ", example.line, "\n      ", example.about, "\n");
  }
  return text;
}

std::string overview(const std::vector<Command>& commands) {
  TextTable table({TextTable::Align::kLeft, TextTable::Align::kLeft}, "  ");
  for (const Command& command : commands) table.add({command.name, command.summary});
  return concat(
      "Yardstick measures and evaluates vision backbones.\n\n"
      "Usage: yardstick COMMAND [arguments] [options]\n\nCommands:\n",
      table.text(),
      "\n`yardstick help COMMAND` explains one; `yardstick --version` prints the version.\n"
      "Exit codes: 0 all good, 1 some runs failed, 2 usage, 3 data, 4 environment, 5 not\n"
      "resolved, 70 internal error.\n");
}

std::string manual(const std::vector<Command>& commands) {
  std::string text(kManualOpening);
  text += "\n## Commands\n\n| command | what it does |\n| --- | --- |\n";
  for (const Command& command : commands) {
    std::string anchor = concat("yardstick-", command.name);
    std::replace(anchor.begin(), anchor.end(), ' ', '-');
    text += concat("| [`", command.name, "`](#", anchor, ") | ", command.summary, " |\n");
  }
  const auto& groups = commands.front().groups;
  const auto general = std::find_if(groups.begin(), groups.end(), is_general);
  if (general != groups.end()) {
    text += concat("\nEvery command takes these:\n\n", option_tables({*general}));
  }
  for (const Command& command : commands) {
    text += concat("## yardstick ", command.name, "\n\n    ", usage(command), "\n\n",
                   command.details, "\n\n");
    std::vector<OptionGroup> own;
    std::copy_if(command.groups.begin(), command.groups.end(), std::back_inserter(own),
                 [](const OptionGroup& group) { return !is_general(group); });
    text += option_tables(own) + "Examples:\n\n";
    for (const Example& example : command.examples) {
      text += concat("- `", example.line, "`: ", example.about, "\n");
    }
    text += "\n";
  }
  text += kManualClosing;
  return text;
}

}  // namespace yardstick::cli
