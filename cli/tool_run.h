#pragma once

#include <yardstick/run.h>

#include <functional>
#include <string>
#include <vector>

namespace yardstick::cli {

// Runs a program that is none of Yardstick's (git, a build) to its end, found on PATH. Each line of
// its standard output and error goes to `on_line`. Where `stop` says so it is asked to end. Returns
// its exit code; 128 and more where a signal ended it. Throws Environment where it cannot be
// started.
int run_tool(const std::vector<std::string>& words,
             const std::function<void(const std::string& line)>& on_line,
             const StopRequested& stop);

}  // namespace yardstick::cli
