#include "models/mvit/relative_positions.h"

#include <yardstick/check.h>

#include <ATen/TensorOperators.h>
#include <ATen/ops/add.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/upsample_linear1d.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <utility>

namespace yardstick {
namespace {

constexpr std::size_t kTime = 0;
constexpr std::size_t kRows = 1;
constexpr std::size_t kColumns = 2;
constexpr std::int64_t kChannelMultiple = 8;  // of head dimensions in fused CUDA kernels

// The table's row for each pair of a query's and a key's place, in single precision and cut off as
// the official code computes them.
at::Tensor distances(std::int64_t queries, std::int64_t keys) {
  const double q_ratio = std::max(static_cast<double>(keys) / static_cast<double>(queries), 1.0);
  const double k_ratio = std::max(static_cast<double>(queries) / static_cast<double>(keys), 1.0);
  const auto last = static_cast<float>(static_cast<double>(keys - 1) * k_ratio);
  at::Tensor rows = at::empty({queries * keys}, at::kLong);
  auto* row = rows.mutable_data_ptr<std::int64_t>();
  for (std::int64_t q = 0; q < queries; ++q) {
    for (std::int64_t k = 0; k < keys; ++k) {
      const float apart = static_cast<float>(q) * static_cast<float>(q_ratio) -
                          static_cast<float>(k) * static_cast<float>(k_ratio);
      *row++ = static_cast<std::int64_t>(apart + last);
    }
  }
  return rows;
}

}  // namespace

at::Tensor resize_relative_table(const at::Tensor& table, std::int64_t length) {
  const at::Tensor channels_first = table.t().unsqueeze(0);  // [1, d, L]
  return at::upsample_linear1d(channels_first, {length}, /*align_corners=*/false).squeeze(0).t();
}

RelativePositions::RelativePositions(const RelativeTables& tables, const Thw& q_grid,
                                     const Thw& k_grid, std::int64_t prefix_tokens)
    : q_grid_(q_grid), k_grid_(k_grid), prefix_tokens_(prefix_tokens) {
  add_axis(tables.time, kTime);
  add_axis(tables.rows, kRows);
  add_axis(tables.columns, kColumns);
  YS_CHECK(!axes_.empty(), axes_.size());

  std::int64_t places = 0;
  for (const Axis& axis : axes_) places += axis.keys;
  const std::int64_t width = axes_.front().table.size(1) + places;
  zeros_ = (kChannelMultiple - width % kChannelMultiple) % kChannelMultiple;
  zero_ = layers::DeviceConstant(at::zeros({1, 1, 1, 1, 1}, at::kFloat));
  one_hot_ = layers::DeviceConstant(places_of_keys(places + zeros_));
}

void RelativePositions::add_axis(const at::Tensor& table, std::size_t dimension) {
  if (!table.defined()) return;
  Axis axis{.table = table,
            .dimension = dimension,
            .queries = q_grid_[dimension],
            .keys = k_grid_[dimension]};
  axis.distances = layers::DeviceConstant(distances(axis.queries, axis.keys));
  axes_.push_back(std::move(axis));
}

at::Tensor RelativePositions::places_of_keys(std::int64_t channels) const {
  const auto [t, h, w] = k_grid_;
  at::Tensor places = at::zeros({1, prefix_tokens_ + t * h * w, 1, channels}, at::kFloat);
  auto* row = places.mutable_data_ptr<float>() + prefix_tokens_ * channels;
  for (std::int64_t key = 0; key < t * h * w; ++key, row += channels) {
    const Thw place = {key / (h * w), key / w % h, key % w};
    std::int64_t first = 0;
    for (const Axis& axis : axes_) {
      row[first + place[axis.dimension]] = 1;
      first += axis.keys;
    }
  }
  return places;
}

at::Tensor RelativePositions::lookup(const Axis& axis) {
  const std::int64_t length = 2 * std::max(axis.queries, axis.keys) - 1;
  const at::Tensor table =
      axis.table.size(0) == length ? axis.table : resize_relative_table(axis.table, length);
  return table.index_select(0, axis.distances.on(table.device()))
      .view({axis.queries, axis.keys, table.size(1)});
}

at::Tensor RelativePositions::without_prefix(const at::Tensor& q) const {
  return (prefix_tokens_ == 0 ? q : q.slice(1, prefix_tokens_)).contiguous();
}

at::Tensor RelativePositions::scores(const Axis& axis, const at::Tensor& table,
                                     const at::Tensor& q) const {
  const auto [t, h, w] = q_grid_;
  const std::int64_t batch = q.size(0);
  const std::int64_t heads = q.size(2);
  const std::int64_t width = q.size(3);
  const std::vector<std::int64_t> shape = {batch, t * h, w, heads, axis.keys};
  const at::Tensor by_place = table.transpose(1, 2);  // [queries, d, keys]
  if (axis.dimension == kTime) {
    return at::matmul(q.view({batch, t, h * w * heads, width}), by_place).view(shape);
  }
  if (axis.dimension == kRows) {
    return at::matmul(q.view({batch * t, h, w * heads, width}), by_place).view(shape);
  }
  // The queries of one column and head, over all rows, are a matrix with a stride: no copy.
  const at::Tensor by_head = by_place.unsqueeze(1)
                                 .expand({w, heads, width, axis.keys})
                                 .reshape({w * heads, width, axis.keys});
  return at::bmm(q.view({batch * t * h, w * heads, width}).transpose(0, 1), by_head)
      .transpose(0, 1)  // [B * T * H, W * heads, keys]
      .view(shape);
}

at::Tensor RelativePositions::bias(const at::Tensor& q) const {
  const at::Tensor grid = without_prefix(q);
  const auto [t, h, w] = q_grid_;
  const std::int64_t batch = q.size(0);
  const std::int64_t heads = q.size(2);
  at::Tensor first;
  at::Tensor last;
  for (const Axis& axis : axes_) {
    // [B, T * H, W, heads] by the keys' own grid, of one place along the other dimensions.
    std::vector<std::int64_t> shape = {batch, t * h, w, heads, 1, 1, 1};
    shape[4 + axis.dimension] = axis.keys;
    if (last.defined()) first = first.defined() ? first + last : last;
    last = scores(axis, lookup(axis), grid).view(shape);
  }

  at::Tensor added =
      at::empty({batch, q.size(1), heads, prefix_tokens_ + count_of(k_grid_)}, q.options());
  at::Tensor body = added.slice(1, prefix_tokens_)
                        .slice(3, prefix_tokens_)
                        .view({batch, t * h, w, heads, k_grid_[0], k_grid_[1], k_grid_[2]});
  if (first.defined()) {
    at::add_out(body, first.expand_as(body), last);
  } else {
    body.copy_(last);
  }
  if (prefix_tokens_ > 0) {
    added.slice(1, 0, prefix_tokens_).zero_();
    added.slice(3, 0, prefix_tokens_).zero_();
  }
  return added.transpose(1, 2);  // [B, heads, prefix + M, prefix + N]
}

RelativePositions::Folded RelativePositions::fold(const at::Tensor& q, const at::Tensor& k,
                                                  double scale) const {
  const at::Tensor grid = without_prefix(q);
  const auto [t, h, w] = q_grid_;
  const std::int64_t batch = q.size(0);
  const std::int64_t heads = q.size(2);
  std::vector<at::Tensor> parts;
  if (prefix_tokens_ == 0) parts.push_back(grid.view({batch, t * h, w, heads, q.size(3)}));
  for (const Axis& axis : axes_) parts.push_back(scores(axis, lookup(axis) / scale, grid));
  if (zeros_ > 0) parts.push_back(zero_.like(q).expand({batch, t * h, w, heads, zeros_}));

  Folded folded;
  folded.q = at::cat(parts, -1).flatten(1, 2);  // [B, M, heads, D or the places alone]
  if (prefix_tokens_ > 0) {
    const at::Tensor places = at::constant_pad_nd(folded.q, {0, 0, 0, 0, prefix_tokens_, 0});
    folded.q = at::cat({q, places}, -1);
  }
  folded.k = at::cat({k, one_hot_.like(k).expand({batch, -1, heads, -1})}, -1);
  return folded;
}

}  // namespace yardstick
