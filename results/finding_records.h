#pragma once

#include <string>
#include <string_view>

namespace yardstick::detail {

// Some rows of `runs` are no runs: they hold what was found about runs, the verdicts on a paper
// (results/reproductions.h) or a night's findings (results/nights.h). These are SQL conditions.

// It is one whose findings stand under this key of its provenance.
std::string is_finding_record(std::string_view key);

// It is one of any kind.
std::string is_finding_record();

}  // namespace yardstick::detail
