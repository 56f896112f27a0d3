#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace yardstick::layers {

// Which of N tokens stay, in which order, and which of them join another. A token that is in
// neither list is dropped. Positions are int64; `kept` undefined says that all stay as they are,
// `merged` undefined that none joins another.
struct TokenMatching {
  at::Tensor kept;    // [B, M], the token that each place of the result starts from
  at::Tensor merged;  // [B, R], tokens that join another
  at::Tensor into;    // [B, R], the place in the result that each joins

  bool changes_nothing() const { return !kept.defined() && !merged.defined(); }
};

// Tokens that may neither merge nor be merged into: `count` of them from `first` on. `first` is 0,
// or 1 with a single token (a distillation token that no class token goes before).
struct ProtectedTokens {
  std::int64_t first = 0;
  std::int64_t count = 0;

  std::int64_t end() const { return count > 0 ? first + count : 0; }
};

// The heads' mean of keys [B, N, H, d], without gradient, in single precision at least: what ToMe
// and PiToMe compare tokens by. [B, N, d].
at::Tensor mean_keys(const at::Tensor& keys);
// `metric` [B, N, d] over its length, without gradient, in single precision at least. A row of
// zeros becomes NaN, as in the official code.
at::Tensor to_unit_length(const at::Tensor& metric);

// How many of N tokens bipartite_soft_matching merges, and how many of A and of B, always the
// first, are protected.
struct BipartiteSplit {
  std::int64_t merges = 0;
  std::int64_t guarded_a = 0;
  std::int64_t guarded_b = 0;
};
BipartiteSplit bipartite_split(std::int64_t tokens, std::int64_t r, ProtectedTokens guarded);

// Bipartite soft matching (ToMe, arXiv 2210.09461, section 3, and tome/merge.py): tokens at even
// places are A, at odd ones B; the min(r, (N - protected) / 2) of A that are most alike to some
// token of B (cosine of `metric` [B, N, d]) join it. The result holds the rest of A and then B,
// with protected tokens in front; the rest of A keeps its order where one of A is protected, and
// comes by falling similarity elsewhere. Of equal similarities the token, and the partner, of lower
// place comes first, so that no run differs from another. Without gradient; in single precision at
// least.
TokenMatching bipartite_soft_matching(const at::Tensor& metric, std::int64_t r,
                                      ProtectedTokens guarded);
// Every k-th token stays and each other one joins the most alike of them; tokens beyond a multiple
// of k are dropped. k of at most 1 changes nothing.
TokenMatching kth_bipartite_matching(const at::Tensor& metric, std::int64_t k);
// The r tokens of least `noise` [B, N] join the most alike of the others, which come by rising
// noise. r of at most 0 changes nothing.
TokenMatching random_bipartite_matching(const at::Tensor& metric, std::int64_t r,
                                        const at::Tensor& noise);

// x [B, N, C] at positions [B, K]: [B, K, C], with a gradient. As take_tokens (masking.h), by rows
// of memory.
at::Tensor take_rows(const at::Tensor& x, const at::Tensor& positions);

enum class MergeMode { kMean, kSum, kMax };

// Each place's own token with those that join it, every token counted once: [B, N, C] ->
// [B, M, C].
at::Tensor merge(const at::Tensor& x, const TokenMatching& matching, MergeMode mode);
// Sizes added up: [B, N] -> [B, M].
at::Tensor merge_sizes(const at::Tensor& size, const TokenMatching& matching);

struct WeightedTokens {
  at::Tensor x;     // [B, M, C], of the input's type
  at::Tensor size;  // [B, M]
};
// The mean by size (ToMe, "Tracking token size"): sum(size * x) / sum(size), with a gradient to x.
// `size` is [B, N], or undefined where all are 1. Half types are added up in single precision.
WeightedTokens merge_wavg(const at::Tensor& x, const at::Tensor& size,
                          const TokenMatching& matching);

// Sizes of the start, 1 for each of N tokens: float32, or double for a double `like` [B, N, ...].
at::Tensor unit_sizes(const at::Tensor& like);
// Which of the first tokens each token holds, [B, N, tokens at first] of `like`'s size type; the
// start, where each holds itself.
at::Tensor unit_source(const at::Tensor& like);
// `source` after a matching of its N tokens: [B, N, T] -> [B, M, T].
at::Tensor merge_source(const at::Tensor& source, const TokenMatching& matching);

// Back to one token a place: each of `tokens` places gets the value of the token that holds it, and
// those dropped 0. [B, M, C] -> [B, tokens, C].
at::Tensor unmerge(const at::Tensor& x, const TokenMatching& matching, std::int64_t tokens);

}  // namespace yardstick::layers
