#pragma once

#include <string>
#include <vector>

namespace yardstick {

// Expands "name-{000000..000012}.tar" and "{a,b}.tar" as bash does: numbers keep their zeros,
// several braces multiply, the leftmost varying slowest. Throws User on an unclosed brace, a
// falling range or more than 1,000,000 names.
std::vector<std::string> expand_braces(const std::string& pattern);

}  // namespace yardstick
