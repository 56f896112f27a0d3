#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>

namespace yardstick::test {

// A forked child with a pipe back. The body's text goes to the parent; it may call send() before.
class ChildProcess {
 public:
  using Send = std::function<void(const std::string&)>;  // one line
  explicit ChildProcess(const std::function<std::string(const Send&)>& body);
  ~ChildProcess();  // kills and reaps
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  std::optional<std::string> read_line();  // nothing once the child has ended
  void kill_now();                         // SIGKILL, and waits

 private:
  pid_t pid_ = -1;
  int pipe_ = -1;
  std::string pending_;
};

// Runs `body` in a child and returns its text, or what() of the Error that it threw.
std::string text_from_child(const std::function<std::string()>& body);

// For a child only. Each returns why it could not be done, or nothing.
std::optional<std::string> mount_small_disk(const std::string& folder, const std::string& size);
std::optional<std::string> make_read_only(const std::string& folder);

// What text_from_child gives where the body began with `skip: `.
inline constexpr char kSkip[] = "skip: ";

}  // namespace yardstick::test
