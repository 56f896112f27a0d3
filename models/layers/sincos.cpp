#include "models/layers/sincos.h"

#include <yardstick/check.h>

#include <ATen/ops/zeros.h>

#include <cmath>
#include <vector>

namespace yardstick::layers {
namespace {

constexpr double kBase = 10000.0;

std::vector<double> falling_frequencies(std::int64_t count) {
  std::vector<double> frequencies(static_cast<std::size_t>(count));
  for (std::size_t k = 0; k < frequencies.size(); ++k) {
    const double exponent = static_cast<double>(k) / static_cast<double>(frequencies.size());
    frequencies[k] = 1.0 / std::pow(kBase, exponent);
  }
  return frequencies;
}

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
  const std::vector<double> frequencies = falling_frequencies(width / 4);
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

at::Tensor sincos_clip_positions(std::int64_t width, std::array<std::int64_t, 3> grid,
                                 std::int64_t prefix_tokens) {
  YS_CHECK(width > 0 && width % 16 == 0, width);
  const auto [steps, rows, columns] = grid;
  const std::int64_t of_time = width / 4;
  const std::vector<double> frequencies = falling_frequencies(of_time / 2);
  at::Tensor in_time = at::zeros({1, steps, 1, of_time}, at::kFloat);
  float* out = in_time.mutable_data_ptr<float>();
  for (std::int64_t step = 0; step < steps; ++step) out = write_axis(out, step, frequencies);

  at::Tensor embedding = at::zeros({1, prefix_tokens + steps * rows * columns, width}, at::kFloat);
  const at::Tensor patches =
      embedding.slice(1, prefix_tokens).view({1, steps, rows * columns, width});
  patches.slice(3, 0, of_time).copy_(in_time);
  patches.slice(3, of_time)
      .copy_(sincos_positions(width - of_time, {rows, columns}, /*prefix_tokens=*/0).unsqueeze(1));
  return embedding;
}

}  // namespace yardstick::layers
