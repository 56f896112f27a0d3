#pragma once

#include <string>
#include <vector>

namespace yardstick::cli {

// What became of one test case, as continuous integration counts it.
enum class JunitOutcome { kPassed, kFailure, kError, kSkipped };

struct JunitCase {
  std::string name;
  double time_s = 0;
  JunitOutcome outcome = JunitOutcome::kPassed;
  std::string message = {};  // of kPassed: what it printed
};

// One suite, titled "yardstick <command> <suite>", as a JUnit XML document.
std::string junit_document(const std::string& command, const std::string& suite,
                           const std::vector<JunitCase>& cases);

}  // namespace yardstick::cli
