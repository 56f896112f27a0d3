#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <tuple>

namespace yardstick::layers {

// Token merging's kernels, which models/cuda gives LibTorch's dispatcher as operators when the CUDA
// backend is loaded. Nothing else connects it to this library, which runs without.

// (keys [B, N, H, d], r, protected tokens of A, of B) -> kept [B, N - r], merged [B, r], into [B,
// r]
inline constexpr char kMatchTokens[] = "yardstick::match_tokens";
using MatchTokensSignature = std::tuple<at::Tensor, at::Tensor, at::Tensor>(const at::Tensor& keys,
                                                                            std::int64_t r,
                                                                            std::int64_t guarded_a,
                                                                            std::int64_t guarded_b);
inline constexpr std::int64_t kMostMatchedTokens = 8192;   // N
inline constexpr std::int64_t kMostMatchedChannels = 128;  // d

// (x [B, N, C], size [B, N] of float32, kept [B, M], merged [B, R], into [B, R])
// -> x [B, M, C], size [B, M]
inline constexpr char kMergeTokens[] = "yardstick::merge_tokens";
using MergeTokensSignature = std::tuple<at::Tensor, at::Tensor>(
    const at::Tensor& x, const std::optional<at::Tensor>& size,
    const std::optional<at::Tensor>& kept, const at::Tensor& merged, const at::Tensor& into);

// Whether kernels can read x: of float32 or a half type, each row of the last dimension made of
// whole, aligned 16 bytes.
inline bool has_packed_rows(const at::Tensor& x) {
  constexpr std::int64_t kPackBytes = 16;
  const at::ScalarType type = x.scalar_type();
  if (type != at::kFloat && type != at::kHalf && type != at::kBFloat16) return false;
  const auto pack = kPackBytes / static_cast<std::int64_t>(x.element_size());
  const std::int64_t last = x.dim() - 1;
  if (x.stride(last) != 1 || x.size(last) % pack != 0) return false;
  for (std::int64_t i = 0; i < last; ++i) {
    if (x.size(i) > 1 && x.stride(i) % pack != 0) return false;
  }
  return reinterpret_cast<std::uintptr_t>(x.const_data_ptr()) % kPackBytes == 0;
}

}  // namespace yardstick::layers
