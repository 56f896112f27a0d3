#include "cli/command_line.h"

#include "cli/number_text.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <string_view>

namespace yardstick::cli {
namespace {

namespace po = boost::program_options;

std::string see_help(const Command& command) {
  return concat("`yardstick help ", command.name, "` shows what it takes");
}

po::options_description describe(const Command& command) {
  po::options_description described;
  for (const OptionGroup& group : command.groups) {
    for (const Option& option : group.options) {
      const std::string names =
          option.letter == 0 ? option.name : concat(option.name, ",", option.letter);
      po::typed_value<std::string>* value = po::value<std::string>();
      if (option.value.empty()) {
        value->zero_tokens();
      } else if (option.may_stand_alone) {
        value->implicit_value("true");
      }
      described.add_options()(names.c_str(), value, option.help.c_str());
    }
  }
  return described;
}

po::parsed_options parsed(const po::options_description& described,
                          const std::vector<std::string>& words) {
  using po::command_line_style::style_t;
  // An abbreviation that is unique today is another option's name tomorrow: no guessing.
  const int style = style_t::unix_style & ~style_t::allow_guessing & ~style_t::allow_sticky;
  return po::command_line_parser(words).options(described).style(style).run();
}

// Of a command with arguments such as "--threads 1", each one word: the command as it must be typed
// for them not to be taken for options. "" where there is none, or where that is not what is wrong.
std::string with_arguments_apart(const Command& command, const po::options_description& described,
                                 const std::vector<std::string>& words) {
  if (command.max_arguments == 0) return {};
  const auto is_argument = [](const std::string& word) {
    return word.starts_with("-") && word.find(' ') != std::string::npos;
  };
  if (std::none_of(words.begin(), words.end(), is_argument)) return {};
  std::vector<std::string> plain = words;
  for (std::string& word : plain) {
    if (is_argument(word)) word.insert(0, 1, ' ');  // then it is no option
  }
  std::string options, arguments;
  try {
    for (const auto& option : parsed(described, plain).options) {
      const bool is_option = option.position_key < 0;
      for (const std::string& word : is_option ? option.original_tokens : option.value) {
        const std::size_t begin = word.starts_with(" -") ? 1 : 0;
        (is_option ? options : arguments) += concat(" ", shell_quoted(word.substr(begin)));
      }
    }
  } catch (const po::error&) {
    return {};
  }
  return concat("yardstick ", command.name, options, " --", arguments);
}

[[noreturn]] void refuse_unknown(const Command& command, const po::options_description& described,
                                 const std::vector<std::string>& words, std::string_view typed) {
  if (const std::string line = with_arguments_apart(command, described, words); !line.empty()) {
    throw_user(concat("yardstick ", command.name, " takes \"", typed, "\" for an option"),
               concat("behind -- it is an argument: ", line));
  }
  const std::string_view bare = typed.substr(std::min(typed.find_first_not_of('-'), typed.size()));
  std::vector<std::string> names;
  for (const std::string& name : nearest_names(bare, command.option_names())) {
    names.push_back("--" + name);
  }
  std::string hint = suggestion("--" + std::string(bare), names);
  throw_user(concat("yardstick ", command.name, " has no option ", typed),
             hint.empty() ? see_help(command) : std::move(hint));
}

}  // namespace

const Option* Command::find_option(const std::string& option_name) const {
  for (const OptionGroup& group : groups) {
    for (const Option& option : group.options) {
      if (option.name == option_name) return &option;
    }
  }
  return nullptr;
}

std::vector<std::string> Command::option_names() const {
  std::vector<std::string> names;
  for (const OptionGroup& group : groups) {
    for (const Option& option : group.options) names.push_back(option.name);
  }
  return names;
}

CommandLine CommandLine::parse(const Command& command, const std::vector<std::string>& words) {
  const po::options_description described = describe(command);
  CommandLine line(command);
  try {
    for (const auto& option : parsed(described, words).options) {
      if (option.position_key >= 0) {
        line.arguments_.insert(line.arguments_.end(), option.value.begin(), option.value.end());
        continue;
      }
      auto& values = line.values_[option.string_key];
      if (option.value.empty()) {
        values.assign(1, "true");
        continue;
      }
      values.insert(values.end(), option.value.begin(), option.value.end());
      if (values.size() > 1 && !command.find_option(option.string_key)->is_repeatable) {
        throw_user(concat("--", option.string_key, " is given twice"));
      }
    }
  } catch (const po::unknown_option& error) {
    refuse_unknown(command, described, words, error.get_option_name());
  } catch (const po::error& error) {
    throw_user(error.what(), see_help(command));
  }
  if (line.arguments_.size() > command.max_arguments) {
    throw_user(concat("yardstick ", command.name, " takes no further argument \"",
                      line.arguments_[command.max_arguments], "\""),
               see_help(command));
  }
  return line;
}

std::string CommandLine::text(const std::string& option, const std::string& fallback) const {
  const auto found = values_.find(option);
  return found == values_.end() ? fallback : found->second.front();
}

std::int64_t CommandLine::whole_number(const std::string& option, std::int64_t fallback,
                                       std::int64_t least) const {
  if (!has(option)) return fallback;
  const auto value = cli::whole_number(text(option));
  if (!value || *value < least) {
    throw_user(concat("--", option, " takes a whole number from ", least, " on, not \"",
                      text(option), "\""),
               see_help(*command_));
  }
  return *value;
}

const std::vector<std::string>& CommandLine::list(const std::string& option) const {
  static const std::vector<std::string> kNone;
  const auto found = values_.find(option);
  return found == values_.end() ? kNone : found->second;
}

void CommandLine::require_arguments() const {
  if (arguments_.size() >= command_->min_arguments) return;
  throw_user(concat("yardstick ", command_->name, " needs ", command_->arguments),
             see_help(*command_));
}

std::string shell_quoted(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace yardstick::cli
