#include "models/hiera/token_order.h"

#include <utility>

namespace yardstick {

TokenOrder::TokenOrder(std::vector<std::int64_t> grid, std::vector<std::int64_t> stride,
                       std::int64_t steps)
    : grid_(std::move(grid)), stride_(std::move(stride)), steps_(steps) {}

at::Tensor TokenOrder::unroll(const at::Tensor& tokens) const {
  const auto dims = static_cast<std::int64_t>(grid_.size());
  // In space, dimension d is groups x (last step's offset x ... x first step's offset).
  std::vector<std::int64_t> shape = {tokens.size(0)};
  for (std::size_t d = 0; d < grid_.size(); ++d) {
    std::int64_t groups = grid_[d];
    for (std::int64_t step = 0; step < steps_; ++step) groups /= stride_[d];
    shape.push_back(groups);
    shape.insert(shape.end(), static_cast<std::size_t>(steps_), stride_[d]);
  }
  shape.push_back(tokens.size(2));

  std::vector<std::int64_t> order = {0};
  for (std::int64_t step = 0; step < steps_; ++step) {
    for (std::int64_t d = 0; d < dims; ++d) order.push_back(1 + d * (steps_ + 1) + steps_ - step);
  }
  for (std::int64_t d = 0; d < dims; ++d) order.push_back(1 + d * (steps_ + 1));
  order.push_back(static_cast<std::int64_t>(shape.size()) - 1);
  return tokens.view(shape).permute(order).reshape(tokens.sizes());
}

at::Tensor TokenOrder::reroll(const at::Tensor& tokens, std::int64_t pools) const {
  const auto dims = static_cast<std::int64_t>(grid_.size());
  const std::int64_t left = steps_ - pools;
  std::vector<std::int64_t> grid = grid_;
  std::vector<std::int64_t> groups = grid_;
  for (std::size_t d = 0; d < grid_.size(); ++d) {
    for (std::int64_t step = 0; step < pools; ++step) grid[d] /= stride_[d];
    for (std::int64_t step = 0; step < steps_; ++step) groups[d] /= stride_[d];
  }

  std::vector<std::int64_t> shape = {tokens.size(0)};
  for (std::int64_t step = 0; step < left; ++step) {
    shape.insert(shape.end(), stride_.begin(), stride_.end());
  }
  shape.insert(shape.end(), groups.begin(), groups.end());
  shape.push_back(tokens.size(2));

  std::vector<std::int64_t> order = {0};
  for (std::int64_t d = 0; d < dims; ++d) {
    for (std::int64_t step = left; step >= 0; --step) order.push_back(1 + step * dims + d);
  }
  order.push_back(static_cast<std::int64_t>(shape.size()) - 1);

  std::vector<std::int64_t> in_space = {tokens.size(0)};
  in_space.insert(in_space.end(), grid.begin(), grid.end());
  in_space.push_back(tokens.size(2));
  return tokens.view(shape).permute(order).reshape(in_space);
}

}  // namespace yardstick
