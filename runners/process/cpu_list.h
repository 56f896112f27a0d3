#pragma once

#include <string>
#include <vector>

namespace yardstick {

// "0-3,8" as 0, 1, 2, 3, 8, ascending and each once; "" as none. Throws User, naming `where`, on
// other text.
std::vector<int> parse_cpu_list(const std::string& text, const std::string& where);

// The same back, in ranges.
std::string cpu_list_text(const std::vector<int>& cpus);

// Where the calling thread may run; empty where the kernel does not tell.
std::vector<int> allowed_cpus();

}  // namespace yardstick
