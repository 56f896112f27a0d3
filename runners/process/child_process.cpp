#include "runners/process/child_process.h"

#include "runners/process/parent_link.h"

#include <yardstick/error.h>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

extern char** environ;

namespace yardstick {
namespace {

constexpr int kToParentFd = 3;    // in the child
constexpr int kFirstFreeFd = 10;  // of the parent's ends, above all that the child renumbers

// A pipe whose ends other children do not inherit and that dup2 in this one does not overwrite.
class Pipe {
 public:
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
      throw_environment(concat("cannot open a pipe: ", std::strerror(errno)));
    }
    for (int i = 0; i < 2; ++i) {
      ends_[i] = ::fcntl(ends[i], F_DUPFD_CLOEXEC, kFirstFreeFd);
      ::close(ends[i]);
    }
    if (ends_[0] < 0 || ends_[1] < 0) throw_environment("this process has too many open files");
  }
  ~Pipe() {
    for (const int end : ends_) {
      if (end >= 0) ::close(end);
    }
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int read_end() const { return ends_[0]; }
  int write_end() const { return ends_[1]; }
  int take_read_end() { return std::exchange(ends_[0], -1); }
  void close_write_end() { ::close(std::exchange(ends_[1], -1)); }

 private:
  int ends_[2] = {-1, -1};
};

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& changes) {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!changes.contains(std::string(text.substr(0, text.find('='))))) entries.emplace_back(text);
  }
  for (const auto& [name, value] : changes) entries.push_back(concat(name, "=", value));
  return entries;
}

// How a child that could not become the program says why, in the order of what it tries.
enum class Step : int { kGroup, kLimit, kCpus, kFiles, kProgram };
struct StartFailure {
  Step step;
  int error;
};

std::string describe(Step step) {
  switch (step) {
    case Step::kGroup:
      return "its process group";
    case Step::kLimit:
      return "its memory limit";
    case Step::kCpus:
      return "its CPUs";
    case Step::kFiles:
      return "its files";
    case Step::kProgram:
      break;
  }
  return "the program";
}

// All that the child needs between fork and exec, made ready before: other threads of the parent
// may hold the allocator's lock, so from fork on only system calls are allowed.
struct Preparation {
  const char* executable;
  char* const* arguments;
  char* const* environment;
  pid_t parent;
  rlim_t memory_bytes;
  const cpu_set_t* cpus;  // null: as the parent's
  std::size_t cpus_bytes;
  int messages;
  int output;
  int failure;
};

[[noreturn]] void give_up(int pipe, Step step) {
  const StartFailure failure{step, errno};
  [[maybe_unused]] const ssize_t written = ::write(pipe, &failure, sizeof failure);
  ::_exit(127);
}

void close_from(int first) {
  if (::syscall(SYS_close_range, first, ~0U, 0) == 0) return;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  constexpr rlim_t kMostTried = 65536;
  const int end = static_cast<int>(std::min(limit.rlim_cur, kMostTried));
  for (int fd = first; fd < end; ++fd) ::close(fd);
}

[[noreturn]] void become(const Preparation& ready) {
  if (::setpgid(0, 0) != 0) give_up(ready.failure, Step::kGroup);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != ready.parent) ::_exit(127);  // it died before it could be watched
  if (ready.memory_bytes > 0) {
    const rlimit limit{ready.memory_bytes, ready.memory_bytes};
    if (::setrlimit(RLIMIT_DATA, &limit) != 0) give_up(ready.failure, Step::kLimit);
  }
  if (ready.cpus != nullptr && ::sched_setaffinity(0, ready.cpus_bytes, ready.cpus) != 0) {
    give_up(ready.failure, Step::kCpus);
  }
  const int nothing = ::open("/dev/null", O_RDONLY);
  if (nothing < 0 || ::dup2(nothing, STDIN_FILENO) < 0 || ::dup2(ready.output, STDOUT_FILENO) < 0 ||
      ::dup2(ready.output, STDERR_FILENO) < 0 || ::dup2(ready.messages, kToParentFd) < 0 ||
      ::dup2(ready.failure, kToParentFd + 1) < 0 ||
      ::fcntl(kToParentFd + 1, F_SETFD, FD_CLOEXEC) != 0) {
    give_up(ready.failure, Step::kFiles);
  }
  close_from(kToParentFd + 2);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execve(ready.executable, ready.arguments, ready.environment);
  give_up(kToParentFd + 1, Step::kProgram);
}

// Signals wait meanwhile: the parent's handlers must not run in the child.
pid_t fork_quietly(const Preparation& ready) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) {
    for (const int handled : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) ::signal(handled, SIG_DFL);
    become(ready);
  }
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return pid;
}

struct CpuSet {
  explicit CpuSet(const std::vector<int>& cpus) {
    if (cpus.empty()) return;
    const int count = *std::max_element(cpus.begin(), cpus.end()) + 1;
    bytes = CPU_ALLOC_SIZE(count);
    set = CPU_ALLOC(count);
    if (set == nullptr) throw_environment("out of memory");
    CPU_ZERO_S(bytes, set);
    for (const int cpu : cpus) CPU_SET_S(cpu, bytes, set);
  }
  ~CpuSet() { CPU_FREE(set); }
  CpuSet(const CpuSet&) = delete;
  CpuSet& operator=(const CpuSet&) = delete;

  cpu_set_t* set = nullptr;
  std::size_t bytes = 0;
};

void stop_blocking(int fd) { ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK); }

}  // namespace

ChildProcess::ChildProcess(const std::string& executable, const std::vector<std::string>& arguments,
                           const std::map<std::string, std::string>& environment,
                           const ChildLimits& limits) {
  std::vector<std::string> words = arguments;
  words.insert(words.begin(), executable);
  std::map<std::string, std::string> changes = environment;
  changes[kToParentVariable] = std::to_string(kToParentFd);
  std::vector<std::string> variables = environment_with(changes);
  const std::vector<char*> argv = pointers_to(words);
  const std::vector<char*> envp = pointers_to(variables);
  const CpuSet cpus(limits.cpus);
  Pipe messages;
  Pipe output;
  Pipe failure;

  pid_ = fork_quietly(
      {.executable = executable.c_str(),
       .arguments = argv.data(),
       .environment = envp.data(),
       .parent = ::getpid(),
       .memory_bytes = static_cast<rlim_t>(std::max(limits.memory_bytes, std::int64_t{0})),
       .cpus = cpus.set,
       .cpus_bytes = cpus.bytes,
       .messages = messages.write_end(),
       .output = output.write_end(),
       .failure = failure.write_end()});
  if (pid_ < 0) throw_environment(concat("cannot start a process: ", std::strerror(errno)));
  messages.close_write_end();
  output.close_write_end();
  failure.close_write_end();

  // Ends without a byte once exec has closed the child's end.
  StartFailure why{};
  ssize_t got = 0;
  do {
    got = ::read(failure.read_end(), &why, sizeof why);
  } while (got < 0 && errno == EINTR);
  if (got == static_cast<ssize_t>(sizeof why)) {
    reap();
    throw_environment(concat("cannot start ", executable, ": ", describe(why.step), ": ",
                             std::strerror(why.error)));
  }
  messages_fd_ = messages.take_read_end();
  output_fd_ = output.take_read_end();
  stop_blocking(messages_fd_);
  stop_blocking(output_fd_);
  exit_fd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
}

ChildProcess::~ChildProcess() {
  reap();
  for (const int fd : {messages_fd_, output_fd_, exit_fd_}) {
    if (fd >= 0) ::close(fd);
  }
}

void ChildProcess::signal_group(int signal) const {
  if (!is_reaped_) ::kill(-pid_, signal);
}

bool ChildProcess::has_ended() const {
  if (is_reaped_) return true;
  siginfo_t info{};
  const int waited = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
  return waited == 0 && info.si_pid == pid_;
}

int ChildProcess::reap() {
  int status = 0;
  if (is_reaped_) return status;
  signal_group(SIGKILL);
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  is_reaped_ = true;
  return status;
}

}  // namespace yardstick
