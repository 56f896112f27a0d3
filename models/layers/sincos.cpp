#include "models/layers/sincos.h"

#include <yardstick/check.h>

#include <ATen/ops/zeros.h>

#include <cmath>
#include <vector>

namespace yardstick::layers {
namespace {

constexpr double kBase = 10000.0;

// The frequencies' sines, then their cosines; in double precision as the official code has them.
float* write_axis(float* out, std::int64_t position, const std::vector<double>& frequencies) {
  for (const double w : frequencies) {
    *out++ = static_cast<float>(std::sin(static_cast<double>(position) * w));
  }
  for (const double w : frequencies) {
    *out++ = static_cast<float>(std::cos(static_cast<double>(position) * w));
  }
  return out;
}

}  // namespace

at::Tensor sincos_positions(std::int64_t width, std::array<std::int64_t, 2> grid,
                            std::int64_t prefix_tokens) {
  YS_CHECK(width > 0 && width % 4 == 0, width);
  std::vector<double> frequencies(static_cast<std::size_t>(width / 4));
  for (std::size_t k = 0; k < frequencies.size(); ++k) {
    const double exponent = static_cast<double>(k) / static_cast<double>(frequencies.size());
    frequencies[k] = 1.0 / std::pow(kBase, exponent);
  }
  at::Tensor embedding = at::zeros({1, prefix_tokens + grid[0] * grid[1], width}, at::kFloat);
  float* out = embedding.mutable_data_ptr<float>() + prefix_tokens * width;
  for (std::int64_t row = 0; row < grid[0]; ++row) {
    for (std::int64_t column = 0; column < grid[1]; ++column) {
      out = write_axis(out, column, frequencies);
      out = write_axis(out, row, frequencies);
    }
  }
  return embedding;
}

}  // namespace yardstick::layers
