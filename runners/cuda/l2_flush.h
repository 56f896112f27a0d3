#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

namespace yardstick {

// Overwrites `bytes` of device memory at `buffer` in `stream`; twice the size of the L2 cache
// evicts all that was in it. A kernel, because a memset may bypass the cache.
cudaError_t overwrite(void* buffer, std::int64_t bytes, cudaStream_t stream);

}  // namespace yardstick
