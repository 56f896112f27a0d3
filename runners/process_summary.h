#pragma once

#include <yardstick/run.h>

#include <vector>

namespace yardstick {

// What several processes of one and the same run say together: of each measurement the median of
// their values, with the interval in which a further process falls with 95 % (prediction_interval),
// and their values as samples. Between processes a machine varies more than within one, so this is
// the error bar that another day's run can be held against.
//
// Not ok where a process is not; the measurements are those of the processes that are, where two
// are. The record has an identity of its own, and else what the last process says of itself.
// `runs` has at least one.
RunRecord summarise_processes(const std::vector<RunRecord>& runs);

}  // namespace yardstick
