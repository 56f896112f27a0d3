#pragma once

#include "models/cuda/element_type.h"

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

namespace yardstick {

// What of a device decides how its work is laid out.
struct DeviceLimits {
  int multiprocessors = 0;
  int shared_bytes = 0;  // that a thread block may ask for
  bool has_clusters = false;
};

struct MatchShape {
  int batch = 0;
  int tokens = 0;
  int heads = 0;
  int channels = 0;  // of a head: a multiple of 16 bytes, at most kMostMatchedChannels
  int merges = 0;    // r
  int guarded_a = 0;
  int guarded_b = 0;
};

// Bipartite soft matching as layers::match_keys has it, on memory of a GPU.
struct MatchTokens {
  MatchShape shape;
  ElementType type = ElementType::kFloat32;
  const void* keys = nullptr;  // [B, N, H, d]; strides in elements, multiples of 16 bytes
  std::int64_t batch_stride = 0;
  std::int64_t token_stride = 0;
  std::int64_t head_stride = 0;
  void* workspace = nullptr;       // match_workspace_bytes, aligned to 16
  std::int64_t* kept = nullptr;    // [B, N - r]
  std::int64_t* merged = nullptr;  // [B, r]
  std::int64_t* into = nullptr;    // [B, r]
};

// What match_tokens wants for itself on the device; often 0.
std::size_t match_workspace_bytes(const MatchShape& shape, const DeviceLimits& limits);
// One kernel in `stream`; waits for nothing.
cudaError_t match_tokens(const MatchTokens& job, const DeviceLimits& limits, cudaStream_t stream);

}  // namespace yardstick
