#pragma once

#include <yardstick/run.h>

#include <cstdint>
#include <vector>

namespace yardstick::test {

// Runs of every kind and status over few configurations, with few distinct times and values, so
// that runs supersede each other and rows tie. Some are older than those before, some values are no
// numbers, some runs have a tag twice. The same seed gives the same records on every machine.
std::vector<RunRecord> random_records(std::uint64_t seed, int count);

}  // namespace yardstick::test
