#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/help.h"
#include "runners/process/parent_link.h"

#include <yardstick/error.h>
#include <yardstick/names.h>
#include <yardstick/version.h>

#include <c10/util/Exception.h>

#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace yardstick;
using namespace yardstick::cli;

volatile std::sig_atomic_t stop_requested = 0;

// The first Ctrl-C asks the run to end cleanly; the second finds the default action and kills.
void on_interrupt(int signal) {
  stop_requested = 1;
  std::signal(signal, SIG_DFL);
}

void install_signal_handlers() {
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  // A reader that leaves early (`| head`) must not kill a run before its record is stored.
  std::signal(SIGPIPE, SIG_IGN);
}

struct Invocation {
  std::vector<std::string> plugin_files;
  std::vector<std::string> words;  // the command and what follows it
};

// Takes the options that may stand before the command.
Invocation split(const std::vector<std::string>& words) {
  Invocation invocation;
  std::size_t at = 0;
  for (; at < words.size(); ++at) {
    const std::string& word = words[at];
    if (word == "--plugin") {
      if (++at == words.size()) throw_user("--plugin needs a file");
      invocation.plugin_files.push_back(words[at]);
    } else if (word.starts_with("--plugin=")) {
      invocation.plugin_files.push_back(word.substr(std::strlen("--plugin=")));
    } else {
      break;
    }
  }
  invocation.words.assign(words.begin() + static_cast<std::ptrdiff_t>(at), words.end());
  return invocation;
}

[[noreturn]] void refuse_unknown(const std::vector<Command>& commands, const std::string& typed) {
  std::vector<std::string> names;
  for (const Command& command : commands) names.push_back(command.name);
  const std::string near = suggestion(typed, names);
  throw_user(concat("no command is named ", typed),
             near.empty() ? "`yardstick help` lists the commands" : near);
}

// The command that `words` begin with ("plugin check" takes two words, and "regress history" wins
// over "regress"); strips its name from `words`.
const Command& take_command(const std::vector<Command>& commands, std::vector<std::string>& words) {
  const std::string one = words[0];
  const std::string two = words.size() > 1 ? one + " " + words[1] : one;
  const auto has_name = [](const std::string& name) {
    return [&name](const Command& command) { return command.name == name; };
  };
  for (const std::string& name : {two, one}) {
    const auto found = std::find_if(commands.begin(), commands.end(), has_name(name));
    if (found == commands.end()) continue;
    words.erase(words.begin(), words.begin() + (name == one ? 1 : 2));
    return *found;
  }
  std::vector<std::string> sub_commands;
  for (const Command& command : commands) {
    if (command.name.starts_with(one + " ")) sub_commands.push_back(command.name);
  }
  if (sub_commands.empty()) refuse_unknown(commands, words[0]);
  if (words.size() > 1 && !words[1].starts_with('-')) refuse_unknown(commands, two);
  std::string all;
  for (const std::string& name : sub_commands) all += (all.empty() ? "" : " or ") + name;
  throw_user(concat("yardstick ", words[0], " needs a sub-command: ", all));
}

int print_help(const std::vector<Command>& commands, std::vector<std::string> words) {
  if (words.empty()) {
    std::cout << overview(commands);
  } else if (words[0] == "--markdown") {
    std::cout << manual(commands);
  } else {
    const std::string group = words[0] + " ";
    std::string text;
    for (const Command& command : commands) {
      if (words.size() > 1) break;
      if (command.name != words[0] && !command.name.starts_with(group)) continue;
      text += (text.empty() ? "" : "\n") + command_help(command);
    }
    std::cout << (text.empty() ? command_help(take_command(commands, words)) : text);
  }
  return kOk;
}

int run(const std::vector<std::string>& words, ParentLink* parent) {
  Invocation invocation = split(words);
  const std::vector<Command> commands = all_commands();
  if (invocation.words.empty()) {
    std::cerr << overview(commands);
    return kUsage;
  }
  const std::string first = invocation.words[0];
  if (first == "--version") {
    std::cout << "yardstick " << YARDSTICK_VERSION << "\n";
    return kOk;
  }
  if (first == "help" || first == "--help" || first == "-h") {
    return print_help(commands, {invocation.words.begin() + 1, invocation.words.end()});
  }
  if (first.starts_with('-')) {
    throw_user(concat("yardstick has no option ", first), "`yardstick help` shows what it takes");
  }
  const Command& command = take_command(commands, invocation.words);
  const CommandLine line = CommandLine::parse(command, invocation.words);
  if (line.has("help")) {
    std::cout << command_help(command);
    return kOk;
  }
  line.require_arguments();

  std::vector<std::string> plugins = invocation.plugin_files;
  plugins.insert(plugins.end(), line.list("plugin").begin(), line.list("plugin").end());
  Context context({.words = words,
                   .plugin_files = std::move(plugins),
                   .stop = [] { return stop_requested != 0; },
                   .out = std::cout,
                   .err = std::cerr,
                   .parent = parent});
  return command.run(line, context);
}

// Onto stderr; a child's parent says it, where there is one. The exit code.
int report(ErrorMessage error, ParentLink* parent) {
  // LibTorch appends its stack to the message; the first line says what happened.
  error.message.resize(std::min(error.message.find('\n'), error.message.size()));
  if (parent != nullptr) {
    parent->send(error);
  } else {
    std::cerr << "yardstick: " << Error(error.kind, error.message, error.hint).what() << "\n";
  }
  return static_cast<int>(error.kind);
}

// The one place where errors become exit codes.
int run_and_translate(const std::vector<std::string>& words, std::unique_ptr<ParentLink>& parent) {
  const auto fail = [&parent](ErrorKind kind, std::string message, std::string hint = {}) {
    return report({kind, std::move(message), std::move(hint)}, parent.get());
  };
  try {
    parent = ParentLink::from_environment();
    if (parent) parent->send(HelloMessage{.yardstick = YARDSTICK_VERSION, .pid = ::getpid()});
    return run(words, parent.get());
  } catch (const Error& error) {
    return fail(error.kind(), error.message(), error.hint());
  } catch (const c10::OutOfMemoryError& error) {
    return fail(ErrorKind::kEnvironment, concat("out of memory: ", error.what_without_backtrace()));
  } catch (const c10::Error& error) {
    const std::string text = error.what_without_backtrace();
    const bool is_memory = text.find("can't allocate memory") != std::string::npos;
    return fail(is_memory ? ErrorKind::kEnvironment : ErrorKind::kInternal,
                concat(is_memory ? "out of memory: " : "LibTorch failed: ", text));
  } catch (const std::bad_alloc&) {
    return fail(ErrorKind::kEnvironment, "out of memory");
  } catch (const std::filesystem::filesystem_error& error) {
    return fail(ErrorKind::kEnvironment, error.what());
  } catch (const std::exception& error) {
    return fail(ErrorKind::kInternal, concat("internal error: ", error.what()));
  }
}

// Results that did not reach their reader are an error, unless the reader left on purpose.
int flush_results(int code, ParentLink* parent) {
  std::cout.flush();
  if (std::cout.good()) return code;
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  const bool reader_left = poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
  if (reader_left) return code;
  return report({ErrorKind::kEnvironment, "cannot write to standard output; is the disk full?", ""},
                parent);
}

}  // namespace

int main(int argc, char** argv) {
  install_signal_handlers();
  const std::vector<std::string> words(argv + 1, argv + argc);
  std::unique_ptr<ParentLink> parent;
  const int code = run_and_translate(words, parent);
  const int final_code = flush_results(code, parent.get());
  if (parent) parent->send(DoneMessage{final_code});
  return final_code;
}
