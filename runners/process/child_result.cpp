#include "runners/process/child_result.h"

#include <yardstick/error.h>

#include <string.h>

namespace yardstick {
namespace {

std::string with_detail(std::string what, const std::string& detail) {
  return detail.empty() ? what : concat(what, ": ", detail);
}

std::string reason_of(const ChildResult& result, const RunRecord& record) {
  if (result.ending != ChildEnding::kOutOfMemory) return describe(result);
  // Worded as where the run itself noticed it (run_failure.h).
  return with_detail(concat("out_of_memory at batch ", record.batch_size), result.detail);
}

}  // namespace

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name != nullptr ? concat("SIG", name) : concat("signal ", signal);
}

std::string describe(const ChildResult& result) {
  switch (result.ending) {
    case ChildEnding::kOk:
      return "ok";
    case ChildEnding::kExited:
      if (result.error) return result.error->message;
      return with_detail(concat("ended with exit code ", result.exit_code), result.detail);
    case ChildEnding::kSignalled:
      return concat("killed by ", signal_name(result.signal));
    case ChildEnding::kTimedOut:
      return concat("timed out after ", result.detail);
    case ChildEnding::kOutOfMemory:
      return with_detail("out of memory", result.detail);
    case ChildEnding::kProtocolError:
      return with_detail("broke the protocol", result.detail);
    case ChildEnding::kNotStarted:
      return result.detail;
    case ChildEnding::kInterrupted:
      break;
  }
  return "interrupted";
}

std::vector<RunRecord> settled_records(const ChildResult& result, RunRecord blank) {
  std::vector<RunRecord> records = result.records;
  const auto fail = [&result](RunRecord& record) {
    record.status = RunStatus::kFailed;
    record.reason = reason_of(result, record);
  };
  const bool is_cut_short = !records.empty() && records.back().status == RunStatus::kInterrupted;
  if (result.ending == ChildEnding::kTimedOut && is_cut_short) {
    fail(records.back());
    return records;
  }
  if (result.ending == ChildEnding::kInterrupted && is_cut_short) return records;
  const bool got_done = result.is_done && !result.error;
  if (got_done && result.ending != ChildEnding::kTimedOut) return records;
  RunRecord& last = records.emplace_back(result.begun ? *result.begun : std::move(blank));
  last.duration_s = result.duration_s;
  fail(last);
  if (result.ending == ChildEnding::kInterrupted) last.status = RunStatus::kInterrupted;
  return records;
}

}  // namespace yardstick
