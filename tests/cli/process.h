#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace yardstick::test {

// Where and how the program is started: with one thread, and without the caller's own YARDSTICK_*
// variables.
struct Launch {
  std::string folder = {};                              // working folder; "" for the caller's
  std::map<std::string, std::string> environment = {};  // on top of the caller's
};

struct Finished {
  int code = -1;   // exit code; -1 where a signal ended it
  int signal = 0;  // that ended it
  std::string out;
  std::string err;
};

// The real binary, running in the background with its output in files. Killed and reaped at the
// end.
class Process {
 public:
  Process(const std::vector<std::string>& arguments, const Launch& launch = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void send(int signal);
  // What it has written to stderr so far.
  std::string err_so_far() const;
  // True once stderr contains `text`; false where it ends, or a minute passes, without it.
  bool wait_for_err(const std::string& text);
  Finished wait();

 private:
  pid_t pid_ = -1;
  std::string folder_;  // of the output files
  bool is_reaped_ = false;
  int status_ = 0;
};

// Runs the binary to its end.
Finished yardstick(const std::vector<std::string>& arguments, const Launch& launch = {});

// Runs a shell line to its end.
Finished shell(const std::string& line, const Launch& launch = {});

}  // namespace yardstick::test
