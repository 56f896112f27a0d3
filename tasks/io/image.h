#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace yardstick {

enum class ImageFormat { kJpeg, kPng };

constexpr std::string_view to_string(ImageFormat format) {
  return format == ImageFormat::kJpeg ? "JPEG" : "PNG";
}

// A decoded picture: rows from the top, three bytes (R, G, B) a pixel, no padding.
struct Image {
  int width_px = 0;
  int height_px = 0;
  std::vector<std::uint8_t> rgb;  // [H, W, 3]

  bool operator==(const Image&) const = default;
};

}  // namespace yardstick
