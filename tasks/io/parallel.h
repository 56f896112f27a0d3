#pragma once

#include <cstdint>
#include <functional>

namespace yardstick {

// Calls body(i) once for each i in [0, count) from up to `workers` threads, in no order. Where
// calls throw, the error of the lowest i is thrown again once all threads are done; no further
// calls start after the first error.
void parallel_for(std::int64_t count, std::int64_t workers,
                  const std::function<void(std::int64_t)>& body);

}  // namespace yardstick
