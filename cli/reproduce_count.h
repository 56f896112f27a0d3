#pragma once

#include "cli/reproduce_plan.h"

#include <yardstick/run.h>

#include <cstdint>
#include <string>
#include <vector>

namespace yardstick::cli {

// Parameters and multiply-accumulates of a subject, counted in this process and without a device:
// bench records off leaderboards, of protocol 1/counts.

// A record without counts. `caller` is caller_provenance().
RunRecord blank_count(const ResolvedSubject& subject, const std::vector<std::string>& claims,
                      const Provenance& caller);

// False where it has to be run to be counted: a plug-in's models and methods may do anything with
// the data that they are given, and an operator may have no shape function. Throws User where the
// subject cannot be built.
bool count_by_shapes(const ResolvedSubject& subject, RunRecord& record);

// One image through the network, on the CPU. What fails is the record's reason.
void count_by_running(const ResolvedSubject& subject, std::uint64_t seed, RunRecord& record);

}  // namespace yardstick::cli
