#pragma once

#include <cstdint>
#include <optional>

namespace yardstick {

// How many processes the kernel has killed for want of memory: of this process's control group
// (cgroup v2 or v1), which its children share, else of the whole machine. Nothing where the kernel
// does not tell.
std::optional<std::int64_t> count_oom_kills();

}  // namespace yardstick
