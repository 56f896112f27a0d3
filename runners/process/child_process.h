#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace yardstick {

// What a child may take. Zero or empty: no limit of its own.
struct ChildLimits {
  double timeout_s = 0;
  // Of private writable memory (RLIMIT_DATA): an allocation beyond it fails inside the child.
  // Address space that is only reserved and mapped files are free, unlike under RLIMIT_AS, which
  // CUDA does not start under.
  std::int64_t memory_bytes = 0;
  std::vector<int> cpus;
};

// One started program in a process group of its own: standard input empty, standard output and
// error in one pipe, descriptor 3 a pipe to the parent that kToParentVariable names, every other
// descriptor closed. The kernel kills it when the thread that made it ends.
class ChildProcess {
 public:
  // `environment` goes on top of this process's. Throws Environment where the program cannot be
  // started, or not under these limits.
  ChildProcess(const std::string& executable, const std::vector<std::string>& arguments,
               const std::map<std::string, std::string>& environment, const ChildLimits& limits);
  // Kills the whole group, and reaps.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  // For poll(); reading never blocks.
  int messages_fd() const { return messages_fd_; }
  int output_fd() const { return output_fd_; }
  // Becomes readable when the program ends; -1 on a kernel without pidfd.
  int exit_fd() const { return exit_fd_; }

  void signal_group(int signal) const;
  bool has_ended() const;
  // What waitpid gives. The group is killed first: what the program left running goes with it.
  int reap();

 private:
  pid_t pid_ = -1;
  int messages_fd_ = -1;
  int output_fd_ = -1;
  int exit_fd_ = -1;
  bool is_reaped_ = false;
};

}  // namespace yardstick
