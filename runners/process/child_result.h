#pragma once

#include "runners/process/protocol.h"

#include <yardstick/run.h>

#include <optional>
#include <string>
#include <vector>

namespace yardstick {

// How a child ended.
enum class ChildEnding {
  kOk,             // said that it is done, and left with exit code 0
  kExited,         // another exit code
  kSignalled,      // killed by a signal that was not ours
  kTimedOut,       // its time was over
  kOutOfMemory,    // killed by the kernel for want of memory, or stopped at its own limit
  kProtocolError,  // sent what is no message, or left with 0 before it was done
  kNotStarted,
  kInterrupted,  // the caller's stop reached it before it was done
};

struct ChildResult {
  ChildEnding ending = ChildEnding::kOk;
  int exit_code = 0;   // of kExited
  int signal = 0;      // of kSignalled
  std::string detail;  // of the endings that have more to say; one line
  // What the child itself gave as the reason of its end.
  std::optional<ErrorMessage> error;
  std::vector<RunRecord> records;  // all that arrived, however it ended
  std::optional<RunRecord> begun;  // a run that has begun and of which no record arrived
  bool is_done = false;            // it said so: its records are all there
  std::string output_tail;         // the last of its standard output and error
  double duration_s = 0;
};

// "killed by SIGSEGV", "timed out after 60 s", ...: one line.
std::string describe(const ChildResult& result);

// "SIGSEGV"; "signal 77" where it has no name.
std::string signal_name(int signal);

// The records of one child as they are kept: all that arrived and, where the child did not get
// done, one more that says why (kInterrupted after a stop, else kFailed). That one is what the
// child said it had begun, or else `blank`, which carries what the caller knows of the run. A run
// that a time-out cut short is the failed one, with what it had measured.
std::vector<RunRecord> settled_records(const ChildResult& result, RunRecord blank);

}  // namespace yardstick
