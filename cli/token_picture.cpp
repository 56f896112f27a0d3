#include "cli/token_picture.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <tuple>
#include <vector>

namespace yardstick::cli {
namespace {

constexpr double kSaturation = 0.7;
constexpr double kValue = 0.95;

// Hues that differ most where numbers are close: steps of the golden ratio. [count, 3] in 0..1.
at::Tensor palette(std::int64_t count) {
  constexpr double kGoldenRatio = 0.6180339887498949;
  constexpr std::array<double, 3> kOffsets = {5, 3, 1};  // of red, green and blue on the wheel
  at::Tensor colours = at::empty({count, 3});
  float* out = colours.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < count; ++i) {
    const double hue = std::fmod(static_cast<double>(i) * kGoldenRatio, 1.0);
    for (const double offset : kOffsets) {
      const double k = std::fmod(offset + 6 * hue, 6.0);
      const double share = std::clamp(std::min(k, 4 - k), 0.0, 1.0);
      *out++ = static_cast<float>(kValue * (1 - kSaturation * share));
    }
  }
  return colours;
}

// Tokens of patches as tokens of pixels: [N, grid...] -> [N, T, H, W] or [N, H, W].
at::Tensor of_pixels(at::Tensor tokens, at::IntArrayRef pixels) {
  for (std::int64_t dim = 1; dim < tokens.dim(); ++dim) {
    const std::int64_t size = pixels[static_cast<std::size_t>(dim - 1)];
    tokens = tokens.repeat_interleave(size / tokens.size(dim), dim);
  }
  return tokens;
}

// Pixels beside another token, or at the picture's edge.
at::Tensor is_border(const at::Tensor& tokens) {
  at::Tensor border = at::zeros_like(tokens, at::kBool);
  for (const std::int64_t dim : {-1, -2}) {
    const std::int64_t size = tokens.size(dim);
    const at::Tensor differs = tokens.narrow(dim, 1, size - 1) != tokens.narrow(dim, 0, size - 1);
    border.narrow(dim, 1, size - 1).logical_or_(differs);
    border.narrow(dim, 0, size - 1).logical_or_(differs);
    border.select(dim, 0).fill_(true);
    border.select(dim, size - 1).fill_(true);
  }
  return border;
}

// [1, 3, 1] of the picture's normalisation.
at::Tensor per_channel(const std::array<double, 3>& values) {
  return at::tensor(at::ArrayRef<double>(values), at::kFloat).view({1, 3, 1});
}

}  // namespace

at::Tensor token_of_patches(const at::Tensor& source, const TokenLayout& layout) {
  const auto [share, token] = source.slice(2, layout.special).max(1);  // [N, patches]
  std::vector<std::int64_t> shape = layout.grid;
  shape.insert(shape.begin(), source.size(0));
  return at::where(share > 0, token, at::ones_like(token).neg()).view(shape);
}

at::Tensor draw_tokens(const at::Tensor& input, const at::Tensor& tokens,
                       const Preprocessing& preprocessing) {
  const at::Tensor pixels = of_pixels(tokens, input.sizes().slice(2));
  const at::Tensor colours = input.flatten(2).to(at::kFloat);                      // [N, 3, pixels]
  const at::Tensor place = pixels.flatten(1).unsqueeze(1).expand_as(colours) + 1;  // 0: dropped
  const std::int64_t places = tokens.max().item<std::int64_t>() + 2;

  const at::Tensor sums =
      at::zeros({input.size(0), 3, places}).scatter_add(2, place, colours);  // [N, 3, places]
  const at::Tensor counts = at::zeros_like(sums).scatter_add(2, place, at::ones_like(colours));
  at::Tensor drawn = (sums / counts).gather(2, place);

  const at::Tensor mean = per_channel(preprocessing.mean);
  const at::Tensor std = per_channel(preprocessing.std);
  const at::Tensor border_colours =
      (palette(places).t().unsqueeze(0) - mean) / std;                  // [1, 3, places]
  const at::Tensor border = is_border(pixels).flatten(1).unsqueeze(1);  // [N, 1, pixels]
  drawn = at::where(border, border_colours.expand_as(sums).gather(2, place), drawn);
  drawn = at::where(place == 0, -mean / std, drawn);
  return drawn.view_as(input);
}

}  // namespace yardstick::cli
