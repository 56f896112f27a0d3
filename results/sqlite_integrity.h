#pragma once

#include <yardstick/run.h>

#include <cstdint>
#include <string>
#include <vector>

namespace yardstick {

enum class CheckState { kGood, kBad, kSkipped };

// One thing that was looked at in a results file.
struct FileCheck {
  std::string name;  // "pages", "append-only"
  CheckState state = CheckState::kGood;
  std::string detail;             // one line: what was seen, or why it was skipped
  std::string remedy;             // where it is bad
  std::vector<std::string> runs;  // ids of those that it is about, at most 20
};

struct FileReport {
  std::vector<FileCheck> checks;
  std::int64_t runs = 0;
  bool is_stopped = false;

  bool is_good() const;
};

enum class CheckDepth {
  kFile,        // pages, references, schema, triggers, JSON, derived tables
  kEveryRecord  // and each run is read as a whole: samples, outcomes, figures
};

// Looks at a results file without changing it, damaged as it may be: every check that can still be
// made is made. Throws Data only where there is no file, Environment where it cannot be opened.
FileReport check_results(const std::string& path, CheckDepth depth, const StopRequested& stop);

}  // namespace yardstick
