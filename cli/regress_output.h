#pragma once

#include "cli/regress_run.h"

#include <string>

namespace yardstick::cli {

std::string regress_text(const GateJob& job, const GateReport& report);
std::string regress_json(const GateJob& job, const GateReport& report);

// A cell as a test case: a regression is a failure, a failed process of the candidate an error, not
// resolved is skipped.
std::string regress_junit(const GateJob& job, const GateReport& report);

// Workflow commands of GitHub Actions, one line each: ::error for a regression and for failed
// processes of the candidate, ::warning for not resolved, ::notice for an improvement.
std::string regress_annotations(const GateReport& report);

// What to say of a cell in one line: "+5.1 % [4.2, 6.0], p 0.0001".
std::string finding_text(const GateCell& cell);

}  // namespace yardstick::cli
