#include "runners/process/run_child.h"

#include "runners/process/frame.h"
#include "runners/process/oom_kills.h"

#include <yardstick/error.h>

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

namespace yardstick {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kAskStopEvery = std::chrono::milliseconds(100);
constexpr int kMostReads = 256;  // at a time; far more than a pipe holds
constexpr std::size_t kTailBytes = 8192;
constexpr std::size_t kLongestLine = 4096;

Clock::duration seconds(double count) {
  constexpr double kForever = 1e8;  // three years, well inside the clock's range
  return std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(std::min(count, kForever)));
}

std::string last_line(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

// The child's standard output and error: handed on by the line, and the end of it kept.
class Output {
 public:
  explicit Output(const std::function<void(const std::string&)>& on_line) : on_line_(on_line) {}

  void take(std::string_view bytes) {
    tail_.append(bytes);
    if (tail_.size() > kTailBytes) tail_.erase(0, tail_.size() - kTailBytes);
    for (const char c : bytes) {
      if (c != '\n') line_ += c;
      if (c == '\n' || line_.size() == kLongestLine) hand_on();
    }
  }
  void end() {
    if (!line_.empty()) hand_on();
  }
  const std::string& tail() const { return tail_; }

 private:
  void hand_on() {
    const std::string line = std::exchange(line_, {});
    if (on_line_) on_line_(line);
  }

  const std::function<void(const std::string&)>& on_line_;
  std::string line_;
  std::string tail_;
};

// One child's life as its parent sees it.
class Watch {
 public:
  Watch(const ChildSpec& spec, ProgressListener& progress, const StopRequested& stop)
      : spec_(spec), progress_(progress), stop_(stop), output_(spec.on_output) {}

  ChildResult run() {
    const auto start = Clock::now();
    kills_before_ = count_oom_kills();
    std::optional<ChildProcess> child;
    try {
      child.emplace(spec_.executable, spec_.arguments, spec_.environment, spec_.limits);
    } catch (const Error& error) {
      result_.ending = ChildEnding::kNotStarted;
      result_.detail = error.what();
    }
    if (child) follow(*child);
    result_.output_tail = output_.tail();
    result_.duration_s = std::chrono::duration<double>(Clock::now() - start).count();
    return std::move(result_);
  }

 private:
  void follow(ChildProcess& child) {
    if (spec_.limits.timeout_s > 0) time_over_ = Clock::now() + seconds(spec_.limits.timeout_s);
    while (!child.has_ended()) {
      wait(child);
      read_all(child);
      keep_time(child);
    }
    const int status = child.reap();
    read_all(child);  // what was in the pipes when it ended
    output_.end();
    classify(status);
  }

  void wait(const ChildProcess& child) {
    // A pipe whose writer has closed it is readable for ever: it is left out from then on.
    pollfd fds[] = {{is_messages_open_ ? child.messages_fd() : -1, POLLIN, 0},
                    {is_output_open_ ? child.output_fd() : -1, POLLIN, 0},
                    {child.exit_fd(), POLLIN, 0}};
    std::optional<Clock::time_point> next = kill_at_ ? kill_at_ : time_over_;
    const bool must_tick = (stop_ && !is_stopped_) || child.exit_fd() < 0;
    const auto now = Clock::now();
    if (must_tick) next = std::min(next.value_or(now + kAskStopEvery), now + kAskStopEvery);
    int timeout_ms = -1;
    if (next) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - now).count();
      timeout_ms = static_cast<int>(std::clamp<std::int64_t>(left, 0, 60000));
    }
    ::poll(fds, std::size(fds), timeout_ms);
  }

  void read_all(const ChildProcess& child) {
    is_output_open_ =
        is_output_open_ &&
        read_some(child.output_fd(), [this](std::string_view bytes) { output_.take(bytes); });
    is_messages_open_ =
        is_messages_open_ && read_some(child.messages_fd(), [&](std::string_view bytes) {
          if (is_broken_) return;  // read on, so that the child does not block before it is killed
          try {
            frames_.feed(bytes);
            while (const auto payload = frames_.next()) take(decode_message(*payload));
          } catch (const Error& error) {
            is_broken_ = true;
            result_.detail = error.what();
            child.signal_group(SIGKILL);
          }
        });
  }

  // False once the other end is closed. One that writes without end is left after a while, so that
  // its time can be seen to.
  template <typename Take>
  static bool read_some(int fd, const Take& take) {
    char buffer[65536];
    for (int i = 0; i < kMostReads; ++i) {
      const ssize_t got = ::read(fd, buffer, sizeof buffer);
      if (got > 0) {
        take(std::string_view(buffer, static_cast<std::size_t>(got)));
      } else if (got == 0) {
        return false;
      } else if (errno != EINTR) {
        return errno == EAGAIN;
      }
    }
    return true;
  }

  void take(const Message& message) {
    const bool is_hello = std::holds_alternative<HelloMessage>(message);
    if (is_hello == has_hello_) {
      throw_data(is_hello ? "a second hello" : "a message before hello");
    }
    if (result_.is_done) throw_data("a message after done");
    std::visit([this](const auto& held) { on(held); }, message);
  }

  void on(const HelloMessage& hello) {
    if (hello.protocol != kChildProtocol) {
      throw_data(concat("yardstick ", hello.yardstick, " speaks protocol ", hello.protocol,
                        " and not ", kChildProtocol));
    }
    has_hello_ = true;
  }
  void on(const BegunMessage& begun) { result_.begun = spec_.read_record(begun.json); }
  void on(const Progress& progress) { progress_.update(progress); }
  void on(const MilestoneMessage& milestone) { progress_.milestone(milestone.line); }
  void on(const RecordMessage& record) {
    result_.records.push_back(spec_.read_record(record.json));
    result_.begun.reset();
  }
  void on(const ErrorMessage& error) { result_.error = error; }
  void on(const DoneMessage&) { result_.is_done = true; }

  void keep_time(const ChildProcess& child) {
    const auto now = Clock::now();
    if (kill_at_ && now >= *kill_at_) {
      child.signal_group(SIGKILL);
      kill_at_.reset();
      time_over_.reset();
    } else if (time_over_ && !kill_at_ && now >= *time_over_) {
      is_timed_out_ = true;
      child.signal_group(SIGTERM);
      kill_at_ = now + spec_.grace_on_timeout;
    }
    if (stop_ && !is_stopped_ && stop_()) {
      is_stopped_ = true;
      child.signal_group(SIGINT);
      if (!kill_at_) kill_at_ = now + spec_.grace_on_stop;
    }
  }

  void classify(int status) {
    const bool is_killed = WIFSIGNALED(status);
    if (is_killed) result_.signal = WTERMSIG(status);
    if (WIFEXITED(status)) result_.exit_code = WEXITSTATUS(status);
    const bool is_fine = !is_killed && result_.exit_code == 0;
    if (is_broken_) {
      result_.ending = ChildEnding::kProtocolError;
    } else if (is_fine && result_.is_done) {
      result_.ending = ChildEnding::kOk;
    } else if (is_timed_out_) {
      result_.ending = ChildEnding::kTimedOut;
      result_.detail = concat(spec_.limits.timeout_s, " s");
    } else if (is_stopped_) {
      result_.ending = ChildEnding::kInterrupted;
    } else if (ran_out_of_memory(is_killed)) {
      result_.ending = ChildEnding::kOutOfMemory;
    } else if (is_killed) {
      result_.ending = ChildEnding::kSignalled;
    } else if (result_.exit_code != 0) {
      result_.ending = ChildEnding::kExited;
      result_.detail = last_line(output_.tail());
    } else {
      result_.ending = ChildEnding::kProtocolError;
      result_.detail = "ended before it was done";
    }
  }

  bool ran_out_of_memory(bool is_killed) {
    const auto kills = count_oom_kills();
    if (is_killed && result_.signal == SIGKILL && kills && kills_before_ &&
        *kills > *kills_before_) {
      result_.detail = "killed by the kernel";
      return true;
    }
    const bool says_so = is_killed
                             ? output_.tail().find("std::bad_alloc") != std::string::npos
                             : result_.error && result_.error->message.starts_with("out of memory");
    if (!says_so) return false;
    if (const std::int64_t limit = spec_.limits.memory_bytes; limit > 0) {
      result_.detail =
          concat("it may take ", std::round(static_cast<double>(limit) / (1 << 20)), " MiB");
    }
    return true;
  }

  const ChildSpec& spec_;
  ProgressListener& progress_;
  const StopRequested& stop_;
  Output output_;
  FrameReader frames_;
  ChildResult result_;
  std::optional<std::int64_t> kills_before_;
  std::optional<Clock::time_point> time_over_;
  std::optional<Clock::time_point> kill_at_;  // what was asked to end must have ended
  bool is_messages_open_ = true;
  bool is_output_open_ = true;
  bool has_hello_ = false;
  bool is_broken_ = false;
  bool is_timed_out_ = false;
  bool is_stopped_ = false;
};

}  // namespace

ChildResult run_child(const ChildSpec& spec, ProgressListener& progress,
                      const StopRequested& stop) {
  return Watch(spec, progress, stop).run();
}

}  // namespace yardstick
