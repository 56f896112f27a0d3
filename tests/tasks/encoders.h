#pragma once

#include "tasks/io/image.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace yardstick::test {

using Bytes = std::vector<std::uint8_t>;

// A gradient with noise on it, the same for the same arguments.
Image noisy_image(int width_px, int height_px, unsigned seed);

struct JpegStyle {
  int horizontal_sampling = 2;  // of luma against chroma
  int vertical_sampling = 2;
  bool is_gray = false;
  bool is_progressive = false;
  int restart_rows = 0;
  int quality = 90;
};
Bytes encode_jpeg(const Image& image, const JpegStyle& style = {});

struct PngStyle {
  int width_px = 1;
  int height_px = 1;
  int depth = 8;
  int color_type = 2;  // as PNG's header says it
  bool is_interlaced = false;
  Bytes palette = {};       // RGB triples
  Bytes transparency = {};  // the tRNS of a palette
};
// `rows`: the packed samples of each row, one row after another.
Bytes encode_png(const PngStyle& style, const Bytes& rows);

struct TarStyle {
  std::string format = "ustar";  // "gnutar", "pax"
  bool is_gzipped = false;
};
void write_tar(const std::string& path, const std::vector<std::pair<std::string, Bytes>>& members,
               const TarStyle& style = {});

Bytes read_bytes(const std::string& path);
// Writes a file and the folders that it needs.
void write_bytes(const std::string& path, const Bytes& bytes);
Bytes to_bytes(const std::string& text);

}  // namespace yardstick::test
