#pragma once

#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <string>

namespace yardstick::test {

// Compares with tests/results/data/<name>. With YARDSTICK_APPROVE=1 it writes the file instead;
// read the difference before committing it.
inline void expect_approved(const std::string& name, const std::string& actual) {
  const std::string path = test::test_data("results/data/") + name;
  if (std::getenv("YARDSTICK_APPROVE") != nullptr) write_file(path, actual);
  EXPECT_EQ(actual, read_file(path)) << path;
}

}  // namespace yardstick::test
