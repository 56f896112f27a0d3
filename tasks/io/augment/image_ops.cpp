#include "tasks/io/augment/image_ops.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace yardstick {
namespace {

using Table = std::array<std::uint8_t, 256>;
using Histogram = std::array<std::int64_t, 256>;

template <typename Level>  // new value of a value
Table table_of(Level level) {
  Table table;
  for (int value = 0; value < 256; ++value) {
    table[value] = static_cast<std::uint8_t>(std::clamp<std::int64_t>(level(value), 0, 255));
  }
  return table;
}

template <typename Level>
void map_values(Image& image, Level level) {
  const Table table = table_of(level);
  for (std::uint8_t& value : image.rgb) value = table[value];
}

template <typename ToTable>  // table of a channel's histogram
void map_channels(Image& image, ToTable to_table) {
  std::array<Histogram, 3> histograms{};
  for (std::size_t i = 0; i < image.rgb.size(); i += 3) {
    for (std::size_t c = 0; c < 3; ++c) ++histograms[c][image.rgb[i + c]];
  }
  std::array<Table, 3> tables;
  for (std::size_t c = 0; c < 3; ++c) tables[c] = to_table(histograms[c]);
  for (std::size_t i = 0; i < image.rgb.size(); i += 3) {
    for (std::size_t c = 0; c < 3; ++c) image.rgb[i + c] = tables[c][image.rgb[i + c]];
  }
}

const Table& identity() {
  static const Table table = table_of([](int value) { return value; });
  return table;
}

int lowest_used(const Histogram& histogram) {
  return static_cast<int>(
      std::find_if(histogram.begin(), histogram.end(), [](auto count) { return count > 0; }) -
      histogram.begin());
}

int highest_used(const Histogram& histogram) {
  int value = 255;
  while (value > 0 && histogram[value] == 0) --value;
  return value;
}

std::uint8_t luma(const std::uint8_t* rgb) {
  return static_cast<std::uint8_t>((rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) >>
                                   16);
}

// Pillow's Image.blend(degenerate, original, factor), in float as there. `degenerate_at` gives the
// three values at a pixel's byte offset.
template <typename DegenerateAt>
void blend(Image& image, double factor, DegenerateAt degenerate_at) {
  const auto share = static_cast<float>(factor);
  if (share == 1.0F) return;
  for (std::size_t i = 0; i < image.rgb.size(); i += 3) {
    const std::array<int, 3> degenerate = degenerate_at(i);
    for (std::size_t c = 0; c < 3; ++c) {
      const float step = share * static_cast<float>(image.rgb[i + c] - degenerate[c]);
      const float value = static_cast<float>(degenerate[c]) + step;
      image.rgb[i + c] = static_cast<std::uint8_t>(std::clamp(value, 0.0F, 255.0F));
    }
  }
}

// ImageFilter.SMOOTH: (1 1 1, 1 5 1, 1 1 1) / 13, rounded; the border stays.
std::vector<std::uint8_t> smoothed(const Image& image) {
  std::vector<std::uint8_t> out = image.rgb;
  const std::ptrdiff_t stride = std::ptrdiff_t{3} * image.width_px;
  for (int y = 1; y + 1 < image.height_px; ++y) {
    for (std::ptrdiff_t x = 3; x + 3 < stride; ++x) {
      const std::uint8_t* at = image.rgb.data() + stride * y + x;
      int sum = 4 * at[0];
      for (const std::ptrdiff_t row : {-stride, std::ptrdiff_t{0}, stride}) {
        sum += at[row - 3] + at[row] + at[row + 3];
      }
      // No sum is halfway between two thirteenths, so that rounding in integers is Pillow's.
      out[stride * y + x] = static_cast<std::uint8_t>((2 * sum + 13) / 26);
    }
  }
  return out;
}

}  // namespace

void auto_contrast(Image& image) {
  map_channels(image, [](const Histogram& histogram) {
    const int low = lowest_used(histogram);
    const int high = highest_used(histogram);
    if (high <= low) return identity();
    const double scale = 255.0 / (high - low);
    const double offset = -low * scale;
    return table_of([&](int value) { return static_cast<std::int64_t>(value * scale + offset); });
  });
}

void equalize(Image& image) {
  map_channels(image, [](const Histogram& histogram) {
    const std::int64_t pixels =
        std::accumulate(histogram.begin(), histogram.end(), std::int64_t{0});
    const int high = highest_used(histogram);
    const std::int64_t step = (pixels - histogram[high]) / 255;
    if (step == 0) return identity();
    std::int64_t below = step / 2;
    return table_of([&](int value) {
      const std::int64_t level = below / step;
      below += histogram[value];
      return level;
    });
  });
}

void invert(Image& image) {
  map_values(image, [](int value) { return 255 - value; });
}

void posterize(Image& image, int bits) {
  const int mask = 0xff << (8 - bits);
  map_values(image, [&](int value) { return value & mask; });
}

void solarize(Image& image, int threshold) {
  map_values(image, [&](int value) { return value < threshold ? value : 255 - value; });
}

void solarize_add(Image& image, int added) {
  constexpr int kThreshold = 128;
  map_values(image, [&](int value) { return value < kThreshold ? value + added : value; });
}

void enhance_color(Image& image, double factor) {
  blend(image, factor, [&](std::size_t i) -> std::array<int, 3> {
    const int gray = luma(&image.rgb[i]);
    return {gray, gray, gray};
  });
}

void enhance_contrast(Image& image, double factor) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < image.rgb.size(); i += 3) sum += luma(&image.rgb[i]);
  const auto pixels = static_cast<double>(image.rgb.size() / 3);
  const int mean = static_cast<int>(static_cast<double>(sum) / pixels + 0.5);
  blend(image, factor, [&](std::size_t) -> std::array<int, 3> { return {mean, mean, mean}; });
}

void enhance_brightness(Image& image, double factor) {
  blend(image, factor, [](std::size_t) -> std::array<int, 3> { return {0, 0, 0}; });
}

void enhance_sharpness(Image& image, double factor) {
  const std::vector<std::uint8_t> smooth = smoothed(image);
  blend(image, factor, [&](std::size_t i) -> std::array<int, 3> {
    return {smooth[i], smooth[i + 1], smooth[i + 2]};
  });
}

}  // namespace yardstick
