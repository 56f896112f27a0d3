#include "tasks/io/augment/gaussian_blur.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace yardstick {
namespace {

constexpr int kPasses = 3;

// Half a box's width, such that kPasses boxes have the variance asked for. In float where Pillow
// computes in float.
float box_radius(float radius) {
  const float variance = radius * radius / kPasses;
  const auto length = static_cast<float>(std::sqrt(12.0 * variance + 1.0));
  const auto whole = static_cast<float>(std::floor((length - 1.0) / 2.0));
  float part = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance);
  part /= 6 * (variance - (whole + 1) * (whole + 1));
  return whole + part;
}

// One pass of the box over a line of `count` RGB pixels.
void blur_line(const std::uint8_t* in, std::uint8_t* out, int count, float radius) {
  constexpr std::uint32_t kOne = 1U << 24;
  const int whole = static_cast<int>(radius);
  const auto weight = static_cast<std::uint32_t>(static_cast<float>(kOne) / (radius * 2 + 1));
  const std::uint32_t far_weight = (kOne - static_cast<std::uint32_t>(whole * 2 + 1) * weight) / 2;
  const auto at = [&](int x) { return in + std::ptrdiff_t{3} * std::clamp(x, 0, count - 1); };

  std::array<std::uint32_t, 3> sum{};
  for (int x = -whole - 1; x < whole; ++x) {
    for (int c = 0; c < 3; ++c) sum[c] += at(x)[c];
  }
  for (int x = 0; x < count; ++x) {
    const std::uint8_t* before = at(x - whole - 1);
    const std::uint8_t* last = at(x + whole);
    const std::uint8_t* after = at(x + whole + 1);
    for (int c = 0; c < 3; ++c) {
      sum[c] += last[c];
      sum[c] -= before[c];
      const std::uint32_t bulk = sum[c] * weight + (before[c] + after[c]) * far_weight;
      out[std::ptrdiff_t{3} * x + c] = static_cast<std::uint8_t>((bulk + kOne / 2) >> 24);
    }
  }
}

void blur_rows(Image& image, float radius) {
  std::vector<std::uint8_t> line(std::size_t{3} * image.width_px);
  for (int y = 0; y < image.height_px; ++y) {
    std::uint8_t* row = image.rgb.data() + line.size() * y;
    for (int pass = 0; pass < kPasses; ++pass) {
      std::copy_n(row, line.size(), line.begin());
      blur_line(line.data(), row, image.width_px, radius);
    }
  }
}

Image transposed(const Image& image) {
  Image out{image.height_px, image.width_px, std::vector<std::uint8_t>(image.rgb.size())};
  const std::uint8_t* in = image.rgb.data();
  for (int y = 0; y < image.height_px; ++y) {
    for (int x = 0; x < image.width_px; ++x, in += 3) {
      std::copy_n(in, 3, &out.rgb[std::size_t{3} * (std::size_t{1} * x * image.height_px + y)]);
    }
  }
  return out;
}

}  // namespace

Image gaussian_blur(const Image& image, double radius) {
  const float box = box_radius(static_cast<float>(radius));
  if (box == 0) return image;
  Image out = image;
  blur_rows(out, box);
  out = transposed(out);
  blur_rows(out, box);
  return transposed(out);
}

}  // namespace yardstick
