#include "cli/child_run.h"

#include "results/record_codec.h"
#include "runners/job.h"
#include "runners/process/cpu_list.h"
#include "runners/process/run_child.h"

#include <yardstick/error.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

namespace yardstick::cli {
namespace {

// A build may have put another program in the place of this one: its figures must not mix with those
// of the one that began.
void require_unreplaced(const std::string& executable) {
  std::error_code none;
  if (std::filesystem::equivalent("/proc/self/exe", executable, none)) return;
  throw_environment(concat(executable, " was replaced or removed while this command ran"),
                    "start the command again; what is done is kept, and `sweep --resume` goes on");
}

}  // namespace

const ParamSchema& isolation_settings() {
  static const ParamSchema schema = [] {
    ParamSchema settings;
    settings.flag("isolate", true, "measure each batch size in a process of its own")
        .number("timeout", 0, "seconds that each may take; 0: any time", 0)
        .number("memory_limit", 0, "GiB of private memory that each may take; 0: all there is", 0)
        .text("cpus", "", "CPUs that each may use, as 0-3,8; all that are allowed where empty");
    return settings;
  }();
  return schema;
}

ChildLimits child_limits(const Params& isolation) {
  constexpr double kGib = 1 << 30;
  ChildLimits limits;
  limits.timeout_s = isolation.get<double>("timeout");
  limits.memory_bytes = std::llround(std::min(isolation.get<double>("memory_limit"), 1e6) * kGib);
  limits.cpus = parse_cpu_list(isolation.get<std::string>("cpus"), "cpus");
  const std::vector<int> allowed = allowed_cpus();
  if (!std::includes(allowed.begin(), allowed.end(), limits.cpus.begin(), limits.cpus.end())) {
    throw_user(concat("cpus: not all of ", cpu_list_text(limits.cpus), " may be used here"),
               concat("allowed are ", cpu_list_text(allowed)));
  }
  const bool has_limits = limits.timeout_s > 0 || limits.memory_bytes > 0 || !limits.cpus.empty();
  if (has_limits && !isolation.get<bool>("isolate")) {
    throw_user("timeout, memory_limit and cpus hold for a process of its own",
               "leave out isolate=false");
  }
  return limits;
}

void run_in_child(const ChildRun& run, ProgressPrinter& progress, Context& context,
                  const std::function<void(const RunRecord&)>& take) {
  if (run.executable.empty()) require_unreplaced(context.executable());
  ChildSpec spec;
  spec.executable = run.executable.empty() ? context.executable() : run.executable;
  spec.arguments = run.words;
  spec.environment = run.environment;
  spec.limits = run.limits;
  spec.read_record = [](const std::string& json) { return decode_record(json, "a child process"); };
  spec.on_output = [&progress](const std::string& line) { progress.print(line); };
  RunRecord blank = run.blank;
  RunRecord begun = blank_record(blank.kind);
  blank.id = std::move(begun.id);
  blank.started_at = std::move(begun.started_at);

  const ChildResult result = run_child(spec, progress, context.stop_condition());
  progress.wipe();
  if (run.errors == ChildErrors::kThrown && result.ending == ChildEnding::kExited && result.error) {
    for (const RunRecord& record : result.records) take(record);
    throw Error(result.error->kind, result.error->message, result.error->hint);
  }
  for (const RunRecord& record : settled_records(result, std::move(blank))) take(record);
}

}  // namespace yardstick::cli
