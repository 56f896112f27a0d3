#pragma once

#include "models/layers/token_merging.h"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace yardstick::layers {

// What token_merging.h does with a chain of LibTorch's operators, in one kernel where the tensors
// are on a GPU and the CUDA backend has kernels for them (token_kernels.h), else by that chain.
// Both decide in single precision; their sums round differently. Kernels take part in no gradient:
// where one is wanted, the chain runs.

// bipartite_soft_matching of the heads' mean of keys [B, N, H, d], which may be strided.
TokenMatching match_keys(const at::Tensor& keys, std::int64_t r, ProtectedTokens guarded);

// merge_wavg; in a kernel, tokens that join one place are added in their order, without atomics.
WeightedTokens merge_by_size(const at::Tensor& x, const at::Tensor& size,
                             const TokenMatching& matching);

}  // namespace yardstick::layers
