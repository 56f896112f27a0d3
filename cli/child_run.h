#pragma once

#include "cli/context.h"
#include "cli/progress.h"
#include "cli/sources.h"
#include "runners/process/child_process.h"

#include <yardstick/params.h>
#include <yardstick/run.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace yardstick::cli {

// How a command measures in child processes: isolate, timeout, memory_limit, cpus.
const ParamSchema& isolation_settings();

// Their values, `isolation`, as a child's limits. Throws User on CPUs that this process may not
// use, and on limits where there is to be no child.
ChildLimits child_limits(const Params& isolation);

enum class ChildErrors {
  kThrown,   // an error that the child reports is thrown here, as if it had happened here
  kRecorded  // it is the reason of a failed record, as a crash is
};

// One command line of Yardstick, run in a process of its own.
struct ChildRun {
  std::vector<std::string> words;                       // what a user would type behind `yardstick`
  std::string executable = {};                          // another build of it; "" for this one
  std::map<std::string, std::string> environment = {};  // on top of this process's
  ChildLimits limits = {};
  // What a failed record says where the child died before its run had begun: at the least what
  // blank_record() fills in, and the model. Its batch_size is also in the reason "out_of_memory".
  // Each run of it gives the record an id and a start of its own.
  RunRecord blank;
  ChildErrors errors = ChildErrors::kThrown;
};

// Runs it and hands `take` every record: those that the child sent, and a failed one where it did
// not get done (settled_records). The command must write its records to RunOutput. Its progress and
// what it prints on stderr appear here; Ctrl-C reaches it. Throws Error as `errors` says.
void run_in_child(const ChildRun& run, ProgressPrinter& progress, Context& context,
                  const std::function<void(const RunRecord&)>& take);

}  // namespace yardstick::cli
