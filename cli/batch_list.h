#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace yardstick::cli {

// Numbers from 1 in a list with ranges: "1,8,32", "1-8" (each), "2-10+4" (2, 6, 10), "1-64*2"
// (1, 2, 4, ..., 64). Throws User, naming `where`, on anything else and on more than 1,000 numbers.
std::vector<std::int64_t> parse_batches(const std::string& text, const std::string& where);

}  // namespace yardstick::cli
