#pragma once

#include "models/layers/device_constant.h"
#include "models/mvit/pool_shape.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace yardstick {

// [L, d] each: a row for every distance in time, of rows and of columns. Undefined: none.
struct RelativeTables {
  at::Tensor time;
  at::Tensor rows;
  at::Tensor columns;
};

// Decomposed relative positions of MViTv2 (arXiv 2112.01526, section 4.1): a query's score for a
// key grows by its products with the rows of the tables for their distance in time, rows and
// columns. Of unscaled queries, as in facebookresearch/SlowFast.
class RelativePositions {
 public:
  // At least one table is defined. Class tokens stand `prefix_tokens` in front of both grids and
  // have no position.
  RelativePositions(const RelativeTables& tables, const Thw& q_grid, const Thw& k_grid,
                    std::int64_t prefix_tokens);

  // What is added to the scores, [B, heads, prefix + M, prefix + N], for queries
  // [B, prefix + M, heads, d]. Without gradients only.
  at::Tensor bias(const at::Tensor& q) const;

  // Queries [B, prefix + M, heads, D] and keys [B, prefix + N, heads, D] whose products are those
  // of `q` and `k` plus the bias / scale: queries hold their product with the table for each place
  // of a key in time, row and column, keys a one at their own places. D is a multiple of 8.
  struct Folded {
    at::Tensor q;
    at::Tensor k;
  };
  Folded fold(const at::Tensor& q, const at::Tensor& k, double scale) const;

 private:
  struct Axis {
    at::Tensor table;
    std::size_t dimension = 0;  // of the grids
    std::int64_t queries = 0;
    std::int64_t keys = 0;
    layers::DeviceConstant distances = {};  // int64 [queries * keys], rows of the table
  };

  void add_axis(const at::Tensor& table, std::size_t dimension);
  at::Tensor places_of_keys(std::int64_t channels) const;
  // [queries, keys, d], interpolated where the table has another length than the grids need.
  static at::Tensor lookup(const Axis& axis);
  // Queries times `table` = lookup(axis): [B, T * H, W, heads, keys] of queries [B, M, heads, d].
  at::Tensor scores(const Axis& axis, const at::Tensor& table, const at::Tensor& q) const;
  at::Tensor without_prefix(const at::Tensor& q) const;

  std::vector<Axis> axes_;
  Thw q_grid_;
  Thw k_grid_;
  std::int64_t prefix_tokens_;
  std::int64_t zeros_ = 0;          // behind the places, to a multiple of 8 channels
  layers::DeviceConstant zero_;     // [1, 1, 1, 1, 1]
  layers::DeviceConstant one_hot_;  // [1, prefix + N, 1, places + zeros], zero for the prefix
};

// A table of relative positions for another number of distances, interpolated linearly as
// PySlowFast does: [L, d] -> [length, d].
at::Tensor resize_relative_table(const at::Tensor& table, std::int64_t length);

}  // namespace yardstick
