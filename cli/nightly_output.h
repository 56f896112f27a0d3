#pragma once

#include "cli/nightly_run.h"

#include <string>

namespace yardstick::cli {

// "1 slower, 2 failed"; "nothing changed".
std::string nightly_headline(const NightlyReport& report);

// Markdown to mail or to post: what changed, by how much, since when and how sure that is.
std::string nightly_summary(const NightlyReport& report);

std::string nightly_json(const NightlyReport& report);

// A cell as a test case: newly confirmed to be slower is a failure, a failed process an error, an
// alarm that is not resolved is skipped.
std::string nightly_junit(const NightlyReport& report);

}  // namespace yardstick::cli
