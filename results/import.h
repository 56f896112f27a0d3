#pragma once

#include "results/result_store.h"

#include <yardstick/run.h>

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

namespace yardstick {

enum class BadLines {
  kRefuseFile,  // one that cannot be taken, and nothing of the file is
  kSkip         // the others are taken
};

struct ImportProblem {
  std::string what;          // "runs.jsonl:12: ...", with a remedy
  bool is_conflict = false;  // another run has the id
};

struct ImportReport {
  std::int64_t added = 0;
  std::int64_t already_there = 0;  // the same runs, with the same content
  std::int64_t refused = 0;
  std::vector<ImportProblem> problems;  // the first of those refused, at most 20
  bool is_stopped = false;              // by `stop`; then nothing of it was added
};

// Adds the records of `in`, which `name` names in messages: one a line, as export_json_lines writes
// them, or one JSON document as `--json` of bench, eval and train prints it with samples. They need
// not be trusted: sizes, types, ids, dates and numbers are checked, and what would not come from
// Yardstick is refused. One transaction: with kRefuseFile all of them or none (`added` is then 0).
ImportReport import_runs(ResultStore& into, std::istream& in, const std::string& name,
                         BadLines bad_lines, const StopRequested& stop);

}  // namespace yardstick
