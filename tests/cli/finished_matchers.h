#pragma once

#include "tests/cli/process.h"

#include <gmock/gmock.h>

#include <string>

namespace yardstick::test {

// EXPECT_THAT(yardstick({...}), Fails(2, HasSubstr("..."))): that exit code, nothing on stdout, and
// one line on stderr that matches.
MATCHER_P2(Fails, code, err_matcher, "") {
  *result_listener << "exit " << arg.code << " signal " << arg.signal << "\nstdout: " << arg.out
                   << "\nstderr: " << arg.err;
  const bool is_one_line = arg.err.find('\n') + 1 == arg.err.size();
  return arg.code == code && arg.out.empty() && is_one_line &&
         testing::ExplainMatchResult(err_matcher, arg.err, result_listener);
}

// Exit code 0 and stdout that matches.
MATCHER_P(Prints, out_matcher, "") {
  *result_listener << "exit " << arg.code << " signal " << arg.signal << "\nstderr: " << arg.err;
  return arg.code == 0 && testing::ExplainMatchResult(out_matcher, arg.out, result_listener);
}

}  // namespace yardstick::test
