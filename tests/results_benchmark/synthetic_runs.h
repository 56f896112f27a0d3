#pragma once

#include <yardstick/run.h>

#include <cstdint>
#include <string>

namespace yardstick::benchmark {

inline constexpr std::int64_t kModels = 1000;
// 10,000 evaluated ones and 5,000 benched ones, which make 10,000 rows of a leaderboard.
inline constexpr std::int64_t kConfigurations = 15'000;

// A run like those that commands store, with 20 measurements and about 2.5 kB of settings and
// provenance: the first kConfigurations numbers are of one configuration each, the others of any.
// The same number gives the same run.
RunRecord synthetic_run(std::int64_t number);

}  // namespace yardstick::benchmark
