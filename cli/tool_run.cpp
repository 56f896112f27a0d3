#include "cli/tool_run.h"

#include "runners/process/child_process.h"
#include "runners/process/parent_link.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace yardstick::cli {
namespace {

constexpr int kAskStopEvery_ms = 100;

// Reads all that there is. False once the other end is closed.
bool read_lines(int fd, std::string& line, const std::function<void(const std::string&)>& on_line) {
  char buffer[4096];
  while (true) {
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got < 0 && errno == EAGAIN;
    for (ssize_t i = 0; i < got; ++i) {
      if (buffer[i] == '\n') {
        on_line(std::exchange(line, {}));
      } else {
        line += buffer[i];
      }
    }
  }
}

}  // namespace

int run_tool(const std::vector<std::string>& words,
             const std::function<void(const std::string& line)>& on_line,
             const StopRequested& stop) {
  // env finds it on PATH, and hides the pipe that only a Yardstick would speak on.
  std::vector<std::string> arguments = {"-u", kToParentVariable};
  arguments.insert(arguments.end(), words.begin(), words.end());
  ChildProcess child("/usr/bin/env", arguments, {}, {});
  std::string line;
  bool is_open = true;
  bool was_stopped = false;
  while (!child.has_ended()) {
    pollfd fds[] = {{is_open ? child.output_fd() : -1, POLLIN, 0}, {child.exit_fd(), POLLIN, 0}};
    ::poll(fds, std::size(fds), kAskStopEvery_ms);
    is_open = is_open && read_lines(child.output_fd(), line, on_line);
    if (!was_stopped && stop && stop()) {
      was_stopped = true;
      child.signal_group(SIGTERM);
    }
  }
  const int status = child.reap();
  if (is_open) read_lines(child.output_fd(), line, on_line);
  if (!line.empty()) on_line(line);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace yardstick::cli
