#pragma once

#include <cstdint>
#include <vector>

namespace yardstick::layers {

// Drop-path rates of `depth` blocks, growing linearly from 0 (first) to `last` (stochastic depth,
// arXiv 1603.09382, spaced as timm, MAE and Hiera do).
std::vector<double> drop_path_rates(double last, std::int64_t depth);

}  // namespace yardstick::layers
