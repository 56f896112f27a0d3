#pragma once

// Measurement in a process of its own. In short:
//
//   ChildSpec spec;
//   spec.executable = ...;                      // this program, or another build of it
//   spec.arguments = {"bench", "vit_test", "--batch", "8"};
//   spec.limits.timeout_s = 600;
//   spec.read_record = [](const std::string& json) { return decode_record(json, "a child"); };
//   const ChildResult result = run_child(spec, progress, stop);
//   for (const RunRecord& record : settled_records(result, blank)) sink.append(record);
//
// A child that crashes, hangs, is killed or sends rubbish is a result, not an exception; the parent
// goes on to the next. cli/child_run.h does all this for command lines of Yardstick.

#include "runners/process/child_process.h"
#include "runners/process/child_result.h"

#include <yardstick/run.h>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace yardstick {

struct ChildSpec {
  std::string executable;  // path
  std::vector<std::string> arguments = {};
  std::map<std::string, std::string> environment = {};  // on top of this process's
  ChildLimits limits = {};
  // Between asking the child to end (SIGTERM when its time is over, SIGINT when the caller stops)
  // and SIGKILL for its whole process group.
  std::chrono::milliseconds grace_on_timeout{5000};
  std::chrono::milliseconds grace_on_stop{30000};
  // Makes a record of the text of a RecordMessage. An Error of it ends the child as one that broke
  // the protocol.
  std::function<RunRecord(const std::string& json)> read_record = {};
  // Called with each line of the child's standard output and error; may be empty.
  std::function<void(const std::string& line)> on_output = {};
};

// Runs the child to its end, whichever it is, on the calling thread, which sleeps in between.
// `stop` is asked about ten times a second; true passes an interrupt on to the child, once. Only
// what `progress` or `on_output` throw comes out, and the child is killed then.
ChildResult run_child(const ChildSpec& spec, ProgressListener& progress, const StopRequested& stop);

}  // namespace yardstick
