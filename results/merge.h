#pragma once

#include "results/result_store.h"

#include <cstdint>
#include <string>

namespace yardstick {

struct MergeCounts {
  std::int64_t added = 0;
  std::int64_t already_there = 0;  // the same runs, with the same content
};

// Copies the runs of the file `from` that `into` lacks, some hundred in a transaction, so that
// others can write to `into` between; each run is added as a whole or not at all. Where it is
// interrupted, merging again adds the rest. `from` is only read, and may have an older schema.
// Throws Data where the two have different runs under one id, naming both files, before anything
// is added; where `from` has a newer schema or is damaged; User where it is the same file.
MergeCounts merge_runs(ResultStore& into, const std::string& from);

}  // namespace yardstick
