#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace yardstick {

// The order in which Hiera keeps its tokens. A token's position within its pooling groups comes
// first, the smallest group outermost, then the groups row by row. So a pooling group is strided by
// N / stride, a maximum over it is one over an outer dimension, and the tokens of window w are
// w, w + windows, w + 2 windows, ... (official Unroll and Reroll, in one permutation).
class TokenOrder {
 public:
  // `grid`: tokens per dimension; `stride`: of each pooling step; `steps`: how many there are at
  // most. Requires: stride^steps divides the grid in every dimension.
  TokenOrder(std::vector<std::int64_t> grid, std::vector<std::int64_t> stride, std::int64_t steps);

  // [B, N, C] row by row, any strides -> [B, N, C] in this order, contiguous.
  at::Tensor unroll(const at::Tensor& tokens) const;
  // Tokens that were pooled `pools` times -> [B, grid..., C] in space.
  at::Tensor reroll(const at::Tensor& tokens, std::int64_t pools) const;

 private:
  std::vector<std::int64_t> grid_;
  std::vector<std::int64_t> stride_;
  std::int64_t steps_;
};

}  // namespace yardstick
