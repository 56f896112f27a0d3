#include "tasks/io/resize.h"

#include "tasks/io/resize_avx2.h"

#include <yardstick/check.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace yardstick {
namespace {

constexpr int kPrecisionBits = 22;
constexpr int kLowBits = 12;

double bilinear(double x) {
  x = std::abs(x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

double bicubic(double x) {
  constexpr double kA = -0.5;
  x = std::abs(x);
  if (x < 1.0) return ((kA + 2.0) * x - (kA + 3.0)) * x * x + 1.0;
  if (x < 2.0) return (((x - 5.0) * x + 8.0) * x - 4.0) * kA;
  return 0.0;
}

std::int32_t to_fixed_point(double weight) {
  const double scaled = weight * (1 << kPrecisionBits);
  return static_cast<std::int32_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

std::uint8_t to_byte(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> kPrecisionBits, 0, 255));
}

constexpr std::int32_t kHalf = 1 << (kPrecisionBits - 1);

void horizontal_portable(const ResampleAxis& axis, const std::uint8_t* rgbx, std::uint8_t* out,
                         std::ptrdiff_t stride) {
  for (int i = 0; i < axis.out_count; ++i) {
    const std::uint8_t* pixel = rgbx + std::ptrdiff_t{4} * (axis.first[i] - axis.in_first);
    const std::int32_t* weights = axis.weights.data() + std::ptrdiff_t{axis.taps} * i;
    std::int32_t red = kHalf, green = kHalf, blue = kHalf;
    for (int t = 0; t < axis.used[i]; ++t, pixel += 4) {
      red += pixel[0] * weights[t];
      green += pixel[1] * weights[t];
      blue += pixel[2] * weights[t];
    }
    out[i] = to_byte(red);
    out[stride + i] = to_byte(green);
    out[2 * stride + i] = to_byte(blue);
  }
}

void vertical_portable(const ResampleAxis& axis, int index, const std::uint8_t* const* rows,
                       std::uint8_t* out, std::ptrdiff_t count) {
  const std::int32_t* weights = axis.weights.data() + std::ptrdiff_t{axis.taps} * index;
  const int used = axis.used[index];
  for (std::ptrdiff_t x = 0; x < count; ++x) {
    std::int32_t sum = kHalf;
    for (int t = 0; t < used; ++t) sum += rows[t][x] * weights[t];
    out[x] = to_byte(sum);
  }
}

// Bytes rounded up to what a vertical kernel does at once.
std::ptrdiff_t whole_steps(std::ptrdiff_t bytes) {
  constexpr std::ptrdiff_t kStep = ResizeKernels::kRowStep;
  return (bytes + kStep - 1) / kStep * kStep;
}

constexpr ResizeKernels kPortable = {"portable", horizontal_portable, vertical_portable};

}  // namespace

ResampleAxis make_resample_axis(int in_size, int out_size, int out_first, int out_count,
                                Interpolation interpolation) {
  YS_CHECK(in_size > 0 && out_first >= 0 && out_count > 0 && out_count <= out_size - out_first,
           in_size, " ", out_size, " ", out_first, " ", out_count);
  const bool is_cubic = interpolation == Interpolation::kBicubic;
  // All in double and in Pillow's order of operations, so that each weight rounds as it does there.
  const double scale = static_cast<double>(in_size) / out_size;
  const double filter_scale = std::max(scale, 1.0);
  const double support = (is_cubic ? 2.0 : 1.0) * filter_scale;
  const double inverse = 1.0 / filter_scale;

  ResampleAxis axis;
  axis.out_count = out_count;
  axis.first.resize(out_count);
  axis.used.resize(out_count);
  int most = 0;
  for (int i = 0; i < out_count; ++i) {
    const double center = (out_first + i + 0.5) * scale;
    const int begin = std::max(static_cast<int>(center - support + 0.5), 0);
    const int end = std::min(static_cast<int>(center + support + 0.5), in_size);
    axis.first[i] = begin;
    axis.used[i] = end - begin;
    most = std::max(most, end - begin);
  }
  axis.taps =
      (most + ResampleAxis::kTapsStep - 1) / ResampleAxis::kTapsStep * ResampleAxis::kTapsStep;
  axis.in_first = axis.first.front();
  axis.in_end = axis.first.back() + axis.used.back();
  const std::size_t total = static_cast<std::size_t>(axis.taps) * out_count;
  axis.weights.assign(total, 0);
  axis.high.assign(total, 0);
  axis.low.assign(total, 0);

  std::vector<double> exact(axis.taps);
  for (int i = 0; i < out_count; ++i) {
    const double center = (out_first + i + 0.5) * scale;
    const int used = axis.used[i];
    double sum = 0.0;
    for (int t = 0; t < used; ++t) {
      const double x = (t + axis.first[i] - center + 0.5) * inverse;
      exact[t] = is_cubic ? bicubic(x) : bilinear(x);
      sum += exact[t];
    }
    const std::size_t row = static_cast<std::size_t>(axis.taps) * i;
    for (int t = 0; t < used; ++t) {
      const std::int32_t weight = to_fixed_point(sum != 0.0 ? exact[t] / sum : exact[t]);
      const std::int32_t high = (weight + (1 << (kLowBits - 1))) >> kLowBits;
      YS_CHECK(high >= INT16_MIN && high <= INT16_MAX, weight);
      axis.weights[row + t] = weight;
      axis.high[row + t] = static_cast<std::int16_t>(high);
      axis.low[row + t] = static_cast<std::int16_t>(weight - high * (1 << kLowBits));
    }
  }
  return axis;
}

const ResizeKernels& portable_resize_kernels() { return kPortable; }

const ResizeKernels& best_resize_kernels() {
  const ResizeKernels* avx2 = avx2_resize_kernels();
  return avx2 != nullptr ? *avx2 : kPortable;
}

PassOrder pass_order(int in_width, int in_height, int out_width, int out_height) {
  const std::int64_t rows_lost = std::int64_t{in_height} - out_height;
  const std::int64_t columns_lost = std::int64_t{in_width} - out_width;
  return rows_lost > 0 && rows_lost > 2 * columns_lost ? PassOrder::kVerticalFirst
                                                       : PassOrder::kHorizontalFirst;
}

StreamingResize::StreamingResize(const ResampleAxis& horizontal, const ResampleAxis& vertical,
                                 PassOrder order, const ResizeKernels& kernels)
    : horizontal_(horizontal),
      vertical_(vertical),
      order_(order),
      kernels_(kernels),
      stride_(whole_steps(horizontal.out_count)),
      ring_stride_(order == PassOrder::kHorizontalFirst
                       ? 3 * stride_
                       : whole_steps(4 * (horizontal.in_end - horizontal.in_first))),
      ring_(static_cast<std::size_t>(vertical.taps * ring_stride_)),
      row_(static_cast<std::size_t>(3 * stride_)),
      rows_(vertical.taps) {
  if (order == PassOrder::kVerticalFirst) {
    rgbx_.resize(static_cast<std::size_t>(ring_stride_ + ResizeKernels::kReadMargin));
  }
}

void StreamingResize::add_row(const std::uint8_t* rgbx) {
  std::uint8_t* row = ring_.data() + added_ % vertical_.taps * ring_stride_;
  if (order_ == PassOrder::kHorizontalFirst) {
    kernels_.horizontal(horizontal_, rgbx, row, stride_);
  } else {
    std::copy_n(rgbx, std::ptrdiff_t{4} * (horizontal_.in_end - horizontal_.in_first), row);
  }
  ++added_;
}

const std::uint8_t* StreamingResize::next_row() {
  if (delivered_ == vertical_.out_count) return nullptr;
  const int begin = vertical_.first[delivered_] - vertical_.in_first;
  if (begin + vertical_.used[delivered_] > added_) return nullptr;
  for (int t = 0; t < vertical_.taps; ++t) {
    rows_[t] = ring_.data() + (begin + t) % vertical_.taps * ring_stride_;
  }
  if (order_ == PassOrder::kHorizontalFirst) {
    kernels_.vertical(vertical_, delivered_, rows_.data(), row_.data(), ring_stride_);
  } else {
    kernels_.vertical(vertical_, delivered_, rows_.data(), rgbx_.data(), ring_stride_);
    kernels_.horizontal(horizontal_, rgbx_.data(), row_.data(), stride_);
  }
  ++delivered_;
  return row_.data();
}

Image resize_image(const Image& image, int width_px, int height_px, Interpolation interpolation,
                   const ResizeKernels& kernels) {
  const auto horizontal = make_resample_axis(image.width_px, width_px, 0, width_px, interpolation);
  const auto vertical = make_resample_axis(image.height_px, height_px, 0, height_px, interpolation);
  const PassOrder order = pass_order(image.width_px, image.height_px, width_px, height_px);
  StreamingResize resize(horizontal, vertical, order, kernels);
  Image out{width_px, height_px, {}};
  out.rgb.reserve(std::size_t{3} * width_px * height_px);
  std::vector<std::uint8_t> rgbx(std::size_t{4} * image.width_px + ResizeKernels::kReadMargin);
  for (int y = vertical.in_first; y < vertical.in_end; ++y) {
    const std::uint8_t* row = image.rgb.data() + std::size_t{3} * image.width_px * y;
    for (int x = 0; x < image.width_px; ++x) std::copy_n(row + 3 * x, 3, &rgbx[4 * x]);
    resize.add_row(rgbx.data() + 4 * horizontal.in_first);
    while (const std::uint8_t* planes = resize.next_row()) {
      for (int x = 0; x < width_px; ++x) {
        for (int c = 0; c < 3; ++c) out.rgb.push_back(planes[c * resize.stride() + x]);
      }
    }
  }
  return out;
}

}  // namespace yardstick
