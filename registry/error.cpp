#include <yardstick/check.h>
#include <yardstick/error.h>

#include <utility>

namespace yardstick {

Error::Error(ErrorKind kind, std::string message, std::string hint)
    : kind_(kind), message_(std::move(message)), hint_(std::move(hint)) {
  compose();
}

Error& Error::add_context(const std::string& doing) {
  message_ = doing + ": " + message_;
  compose();
  return *this;
}

void Error::compose() {
  text_ = hint_.empty() ? message_ : message_ + "; " + hint_;
  // File names and foreign messages may hold line breaks; an error is one line.
  for (char& c : text_) {
    if (c == '\n' || c == '\r') c = ' ';
  }
}

void throw_user(std::string message, std::string hint) {
  throw Error(ErrorKind::kUser, std::move(message), std::move(hint));
}

void throw_data(std::string message, std::string hint) {
  throw Error(ErrorKind::kData, std::move(message), std::move(hint));
}

void throw_environment(std::string message, std::string hint) {
  throw Error(ErrorKind::kEnvironment, std::move(message), std::move(hint));
}

namespace detail {

void fail_check(const char* condition, const char* file, int line, const std::string& values) {
  std::string message = concat("internal error: ", condition, " is false at ", file, ":", line);
  if (!values.empty()) message += " (" + values + ")";
  throw Error(ErrorKind::kInternal, std::move(message),
              "this is a bug in Yardstick; please report it");
}

}  // namespace detail
}  // namespace yardstick
