#pragma once

#include "results/result_store.h"

#include <yardstick/run.h>

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

namespace yardstick {

struct SalvageReport {
  std::int64_t written = 0;
  std::int64_t lost = 0;            // runs that are known of and cannot be read whole
  std::vector<std::string> losses;  // the first 20, one line each: which run, and why not
  bool is_stopped = false;
};

// Writes every run that can still be read from a damaged file as export_json_lines does, so that
// import_runs makes a sound file of them. Runs are looked for by every way that leads to them,
// since one damaged page bars some ways and not others.
SalvageReport salvage_json_lines(const ResultStore& store, std::ostream& out,
                                 const StopRequested& stop);

}  // namespace yardstick
