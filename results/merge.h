#pragma once

#include "results/result_store.h"

#include <cstdint>
#include <string>

namespace yardstick {

struct MergeCounts {
  std::int64_t added = 0;
  std::int64_t already_there = 0;  // the same runs, with the same content
};

// Copies the runs of the file `from` that `into` lacks, in one transaction: all of them or none.
// `from` is only read. Throws Data where the two have different runs under one id, naming both
// files, and where `from` has another schema or is damaged; User where it is the same file.
MergeCounts merge_runs(ResultStore& into, const std::string& from);

}  // namespace yardstick
