#include "runners/cuda/l2_flush.h"

#include <algorithm>

namespace yardstick {
namespace {

__global__ void write_all(uint4* buffer, std::int64_t count, unsigned value) {
  const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count;
       i += stride) {
    buffer[i] = make_uint4(value, value, value, value);
  }
}

}  // namespace

cudaError_t overwrite(void* buffer, std::int64_t bytes, cudaStream_t stream) {
  constexpr int kThreads = 256;
  constexpr std::int64_t kMostBlocks = 4096;
  const std::int64_t count = bytes / static_cast<std::int64_t>(sizeof(uint4));
  if (count == 0) return cudaSuccess;
  const std::int64_t blocks = std::min(kMostBlocks, (count + kThreads - 1) / kThreads);
  write_all<<<static_cast<unsigned>(blocks), kThreads, 0, stream>>>(static_cast<uint4*>(buffer),
                                                                    count, 0x5EEDu);
  return cudaGetLastError();
}

}  // namespace yardstick
