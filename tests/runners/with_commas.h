#pragma once

#include <cstdint>
#include <string>

namespace yardstick::test {

// 1253683200 -> "1,253,683,200"
std::string with_commas(std::int64_t value);

}  // namespace yardstick::test
