#pragma once

#include <yardstick/error.h>

// Asserts what only a bug in Yardstick can break; on in release builds too. User input never reaches
// it: that gets throw_user or throw_data. Further arguments are printed behind the condition.
#define YS_CHECK(condition, ...)                                                       \
  do {                                                                                 \
    if (!(condition)) [[unlikely]] {                                                   \
      ::yardstick::detail::fail_check(#condition, __FILE__, __LINE__,                  \
                                      ::yardstick::concat("" __VA_OPT__(, ) __VA_ARGS__)); \
    }                                                                                  \
  } while (false)

namespace yardstick::detail {

[[noreturn]] YS_API void fail_check(const char* condition, const char* file, int line,
                                    const std::string& values);

}  // namespace yardstick::detail
