#pragma once

#include "models/cuda/element_type.h"

#include <cuda_runtime_api.h>

#include <cstdint>

namespace yardstick {

// The mean by size of joined tokens as layers::merge_by_size has it, on memory of a GPU.
struct MergeTokens {
  int batch = 0;
  int tokens = 0;    // N
  int places = 0;    // M, tokens of the result
  int merges = 0;    // R
  int channels = 0;  // C: a multiple of 16 bytes
  ElementType type = ElementType::kFloat32;
  const void* x = nullptr;  // [B, N, C]; strides in elements, multiples of 16 bytes
  std::int64_t batch_stride = 0;
  std::int64_t token_stride = 0;
  const float* size = nullptr;           // [B, N], or null where all are 1
  const std::int64_t* kept = nullptr;    // [B, M], or null where all N stay
  const std::int64_t* merged = nullptr;  // [B, R]
  const std::int64_t* into = nullptr;    // [B, R]
  void* new_x = nullptr;                 // [B, M, C], of x's type
  float* new_size = nullptr;             // [B, M]
};

// One kernel in `stream`; waits for nothing. Tokens are added up in the order of `merged`.
cudaError_t merge_tokens(const MergeTokens& job, cudaStream_t stream);

}  // namespace yardstick
