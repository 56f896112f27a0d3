#pragma once

#include <gmock/gmock.h>

#include <string>

#include <yardstick/error.h>

namespace yardstick::test {

// EXPECT_THAT([&] { ... }, ThrowsError(ErrorKind::kData, HasSubstr("truncated")));
template <typename TextMatcher>
auto ThrowsError(ErrorKind kind, TextMatcher text) {
  return testing::Throws<Error>(
      testing::AllOf(testing::Property("kind", &Error::kind, kind),
                     testing::ResultOf("what", [](const Error& e) { return std::string(e.what()); },
                                       text)));
}

}  // namespace yardstick::test
