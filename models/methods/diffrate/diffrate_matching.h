#pragma once

#include "models/layers/token_merging.h"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace yardstick {

// How much the class token, at place 0, attends to each token: its softmaxed row of attention, mean
// over heads. queries and keys are [B, N, H, d], `key_bias` [B, N] or undefined; [B, N], without
// gradient, in single precision at least.
at::Tensor class_attention(const at::Tensor& queries, const at::Tensor& keys,
                           const at::Tensor& key_bias);

// The class token's place, then those of the `kept` - 1 other tokens that it attends to most, by
// falling `attention` [B, N] and, where that is equal, in their order: int64 [B, kept].
at::Tensor by_importance(const at::Tensor& attention, std::int64_t kept);

struct ImportanceMatching {
  layers::TokenMatching matching;
  at::Tensor similarity;  // [B, R], of each merged token to its destination; undefined without any
};

// DiffRate's merging (arXiv 2305.17997; get_merge_func, merge.py of OpenGVLab/DiffRate): of tokens
// x [B, N, C] those at `order` [B, K] stay in that order, but all behind the first `kept` join the
// one of these that is most alike by cosine and lies behind the first `prefix`. Tokens that `order`
// leaves out are dropped. Requires: kept > prefix. Without gradient.
ImportanceMatching match_by_importance(const at::Tensor& x, const at::Tensor& order,
                                       std::int64_t kept, std::int64_t prefix);

// The sizes [B, N] after a matching, [B, M]: those of merged tokens times their similarity are
// added to their destination's.
at::Tensor merge_sizes(const at::Tensor& size, const ImportanceMatching& matched);

}  // namespace yardstick
