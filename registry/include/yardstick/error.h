#pragma once

#include <exception>
#include <sstream>
#include <string>

#include <yardstick/export.h>

namespace yardstick {

// Who has to act on an error. The value is the process's exit code (docs/cli.md).
enum class ErrorKind {
  kUser = 2,         // unknown name, bad flag, bad configuration
  kData = 3,         // missing or broken file, wrong key, wrong hash
  kEnvironment = 4,  // no such device, out of memory, disk full, driver
  kInternal = 70,    // a bug in Yardstick
};

// The one exception that Yardstick throws. `what()` is one line: contexts from the outside in, the
// message, and the hint after "; ". Catch it only to add context or to record a failed run; cli/
// turns it into an exit code.
class YS_API Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string message, std::string hint = {});

  ErrorKind kind() const noexcept { return kind_; }
  const std::string& message() const noexcept { return message_; }
  const std::string& hint() const noexcept { return hint_; }
  const char* what() const noexcept override { return text_.c_str(); }

  // Prefixes the message with what was being done, as in "loading weights.safetensors".
  Error& add_context(const std::string& doing);

 private:
  void compose();

  ErrorKind kind_;
  std::string message_;
  std::string hint_;
  std::string text_;
};

// Joins its arguments as a stream would print them.
template <typename... Args>
std::string concat(const Args&... args) {
  std::ostringstream out;
  (out << ... << args);
  return std::move(out).str();
}

[[noreturn]] YS_API void throw_user(std::string message, std::string hint = {});
[[noreturn]] YS_API void throw_data(std::string message, std::string hint = {});
[[noreturn]] YS_API void throw_environment(std::string message, std::string hint = {});

}  // namespace yardstick
