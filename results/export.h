#pragma once

#include "results/result_store.h"

#include <yardstick/run.h>

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

namespace yardstick {

// Stored runs for other programs, oldest first. Each reads one state of the file, whatever others
// write meanwhile, and holds one run at a time. They end early where `stop` says so or `out` takes
// nothing more, and return how many runs were written. Throw User on a filter
// (results/run_filter.h) that cannot be understood or that no run fits.

// Whole records, one a line, as encode_record writes them: import_runs gives them back as they
// were.
std::int64_t export_json_lines(const ResultStore& store, const std::vector<std::string>& filters,
                               std::ostream& out, const StopRequested& stop);

enum class CsvShape {
  kLong,  // a line for each measurement; one for a run without any
  kWide   // a line for each run, with value, low and high of every measurement as columns
};

std::int64_t export_csv(const ResultStore& store, const std::vector<std::string>& filters,
                        CsvShape shape, std::ostream& out, const StopRequested& stop);

}  // namespace yardstick
