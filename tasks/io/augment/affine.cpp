#include "tasks/io/augment/affine.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace yardstick {
namespace {

// The arithmetic below is Pillow's Geometry.c, operation by operation: results are cut to bytes, so
// that another order of additions would move some by one.
struct Bilinear {
  static constexpr int kTaps = 2;

  template <typename Value>
  static double mix(const std::array<Value, kTaps>& v, double d) {
    return v[0] + (v[1] - v[0]) * d;
  }
};

struct Bicubic {
  static constexpr int kTaps = 4;

  template <typename Value>
  static double mix(const std::array<Value, kTaps>& v, double d) {
    const double p1 = v[1];
    const double p2 = -v[0] + v[2];
    const double p3 = 2 * (v[0] - v[1]) + v[2] - v[3];
    const double p4 = -v[0] + v[1] - v[2] + v[3];
    return p1 + d * (p2 + d * (p3 + d * p4));
  }
};

std::uint8_t cut_to_byte(double value) {
  return static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
}

template <typename Filter>
Image resample(const Image& in, const std::array<double, 6>& matrix, const Rgb& fill) {
  constexpr int kTaps = Filter::kTaps;
  Image out{in.width_px, in.height_px, std::vector<std::uint8_t>(in.rgb.size())};
  std::uint8_t* pixel = out.rgb.data();
  for (int out_y = 0; out_y < in.height_px; ++out_y) {
    for (int out_x = 0; out_x < in.width_px; ++out_x, pixel += 3) {
      const double center_x = out_x + 0.5;
      const double center_y = out_y + 0.5;
      double x = matrix[0] * center_x + matrix[1] * center_y + matrix[2];
      double y = matrix[3] * center_x + matrix[4] * center_y + matrix[5];
      if (!(x >= 0.0 && x < in.width_px && y >= 0.0 && y < in.height_px)) {
        std::copy(fill.begin(), fill.end(), pixel);
        continue;
      }
      x -= 0.5;
      y -= 0.5;
      const int left = static_cast<int>(std::floor(x));
      const int top = static_cast<int>(std::floor(y));
      std::array<std::ptrdiff_t, kTaps> columns, rows;
      for (int t = 0; t < kTaps; ++t) {
        const int offset = t - (kTaps / 2 - 1);
        columns[t] = std::ptrdiff_t{3} * std::clamp(left + offset, 0, in.width_px - 1);
        rows[t] = std::ptrdiff_t{3} * in.width_px * std::clamp(top + offset, 0, in.height_px - 1);
      }
      for (int c = 0; c < 3; ++c) {
        std::array<double, kTaps> mixed;
        for (int r = 0; r < kTaps; ++r) {
          const std::uint8_t* row = in.rgb.data() + rows[r] + c;
          std::array<int, kTaps> values;
          for (int t = 0; t < kTaps; ++t) values[t] = row[columns[t]];
          mixed[r] = Filter::mix(values, x - left);
        }
        pixel[c] = cut_to_byte(Filter::mix(mixed, y - top));
      }
    }
  }
  return out;
}

// Python's round(value, 15).
double round_to_15_digits(double value) {
  std::array<char, 32> text;
  const auto written =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, 15);
  std::from_chars(text.data(), written.ptr, value);
  return value;
}

}  // namespace

Image affine(const Image& image, const std::array<double, 6>& matrix, const Resampling& how) {
  return how.interpolation == Interpolation::kBicubic ? resample<Bicubic>(image, matrix, how.fill)
                                                      : resample<Bilinear>(image, matrix, how.fill);
}

Image shear_x(const Image& image, double factor, const Resampling& how) {
  return affine(image, {1, factor, 0, 0, 1, 0}, how);
}

Image shear_y(const Image& image, double factor, const Resampling& how) {
  return affine(image, {1, 0, 0, factor, 1, 0}, how);
}

Image translate(const Image& image, double x_px, double y_px, const Resampling& how) {
  return affine(image, {1, 0, x_px, 0, 1, y_px}, how);
}

Image rotate(const Image& image, double degrees, const Resampling& how) {
  // Brought to [0, 360) first, as Pillow does, which decides how the radians round.
  double turned = std::fmod(degrees, 360.0);
  if (turned < 0) turned += 360.0;
  const double radians = -(turned * (std::numbers::pi / 180.0));
  const double cosine = round_to_15_digits(std::cos(radians));
  const double sine = round_to_15_digits(std::sin(radians));
  const double x = image.width_px / 2.0;
  const double y = image.height_px / 2.0;
  return affine(image,
                {cosine, sine, cosine * -x + sine * -y + x,  //
                 -sine, cosine, -sine * -x + cosine * -y + y},
                how);
}

}  // namespace yardstick
