#include "cli/bench_side.h"

#include "cli/child_run.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/run_setup.h"
#include "runners/bench_protocol.h"
#include "runners/bench_runner.h"

#include <yardstick/error.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <utility>

namespace yardstick::cli {
namespace {

// Of these the comparison decides for all sides.
constexpr const char* kDecidedForAll[] = {"batch", "db",      "json",    "details",   "profile",
                                          "quiet", "dry-run", "isolate", "processes", "help"};

class WordSplitter {
 public:
  WordSplitter(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  std::vector<std::string> split() {
    for (at_ = 0; at_ < text_.size(); ++at_) take(text_[at_]);
    if (quote_ != 0) throw_user(concat(where_, ": a quote does not end: ", text_));
    finish_word();
    return std::move(words_);
  }

 private:
  void take(char c) {
    if (quote_ != 0) {
      take_quoted(c);
    } else if (c == '\'' || c == '"') {
      quote_ = c;
      open_word();
    } else if (c == '\\' && at_ + 1 < text_.size()) {
      open_word() += text_[++at_];
    } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      finish_word();
    } else {
      open_word() += c;
    }
  }

  void take_quoted(char c) {
    if (c == quote_) {
      quote_ = 0;
    } else if (c == '\\' && quote_ == '"' && at_ + 1 < text_.size()) {
      open_word() += text_[++at_];
    } else {
      open_word() += c;
    }
  }

  std::string& open_word() {
    has_word_ = true;
    return word_;
  }

  void finish_word() {
    if (has_word_) words_.push_back(std::exchange(word_, {}));
    has_word_ = false;
  }

  std::string_view text_;
  const std::string& where_;
  std::size_t at_ = 0;
  char quote_ = 0;
  std::string word_;
  bool has_word_ = false;  // '' is a word too
  std::vector<std::string> words_;
};

// "threads" of "--threads=2" and of "--threads".
std::string_view option_of(std::string_view word) {
  return word.starts_with("--") ? word.substr(2, word.find('=') - 2) : std::string_view();
}

void check_side(const BenchSide& side) {
  const Command bench = bench_command();
  try {
    const CommandLine line = CommandLine::parse(bench, side.words);
    for (const char* option : kDecidedForAll) {
      if (!line.has(option)) continue;
      throw_user(concat("--", option, " holds for all sides"), "give it to the command itself");
    }
  } catch (const Error& error) {
    throw_user(concat("side \"", side.name, "\": ", error.message()), error.hint());
  }
}

}  // namespace

std::vector<std::string> split_words(std::string_view text, const std::string& where) {
  WordSplitter splitter(text, where);
  return splitter.split();
}

std::vector<BenchSide> parse_sides(const std::vector<std::string>& arguments) {
  std::vector<BenchSide> sides;
  std::map<std::string, int> seen;
  for (const std::string& argument : arguments) {
    BenchSide side{argument, split_words(argument, concat("side \"", argument, "\""))};
    if (side.words.empty()) throw_user("a side is empty");
    if (const int times = ++seen[argument]; times > 1) side.name += concat(" (", times, ")");
    check_side(side);
    sides.push_back(std::move(side));
  }
  return sides;
}

std::vector<OptionGroup> passed_on_options() {
  OptionGroup settings = setting_options("Measurement settings", bench_settings());
  std::erase_if(settings.options, [](const Option& option) { return option.name == "profile"; });
  OptionGroup limits = setting_options("Processes", isolation_settings());
  std::erase_if(limits.options, [](const Option& option) { return option.name == "isolate"; });
  return {{"Of every side",
           {images_option(), objective_option(), set_option(), method_option(), device_option(),
            init_seed_option()}},
          std::move(settings),
          std::move(limits)};
}

std::vector<std::string> passed_on_words(const CommandLine& line) {
  std::vector<std::string> words;
  for (const OptionGroup& group : passed_on_options()) {
    for (const Option& option : group.options) {
      if (!line.has(option.name)) continue;
      for (const std::string& value : line.list(option.name)) {
        words.push_back(concat("--", option.name, "=", value));
      }
    }
  }
  return words;
}

std::vector<std::string> protocol_override_names() {
  std::vector<std::string> names = protocol_profile_names();
  names.insert(names.begin(), "");
  return names;
}

std::vector<std::string> bench_words(const BenchSide& side, const std::vector<std::string>& common,
                                     std::int64_t batch, const std::string& protocol,
                                     const Context& context) {
  std::vector<std::string> words;
  for (const std::string& file : context.plugin_files()) {
    words.insert(words.end(), {"--plugin", file});
  }
  words.push_back("bench");
  words.insert(words.end(), side.words.begin(), side.words.end());
  for (const std::string& word : common) {
    const bool is_own = std::any_of(side.words.begin(), side.words.end(), [&](const auto& own) {
      return option_of(own) == option_of(word);
    });
    if (!is_own) words.push_back(word);
  }
  words.insert(words.end(), {"--batch", std::to_string(batch), "--profile", protocol});
  return words;
}

}  // namespace yardstick::cli
