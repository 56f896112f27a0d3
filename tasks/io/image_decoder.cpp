#include "tasks/io/image_decoder.h"

#include "tasks/io/jpeg_decoder.h"
#include "tasks/io/png_decoder.h"

#include <yardstick/error.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace yardstick {
namespace {

struct Signature {
  std::size_t offset;
  std::string_view bytes;
  std::string_view name;
};

// Formats that people do keep among their images; naming them saves a search.
constexpr Signature kOtherFormats[] = {
    {0, "GIF8", "a GIF"},
    {8, "WEBP", "a WebP"},
    {0, "BM", "a BMP"},
    {0, std::string_view("II*\0", 4), "a TIFF"},
    {0, std::string_view("MM\0*", 4), "a TIFF"},
    {4, "ftypheic", "an HEIC"},
    {4, "ftypavif", "an AVIF"},
    {0, "P6", "a PPM"},
    {0, "P5", "a PGM"},
};

bool has_at(std::string_view bytes, std::size_t offset, std::string_view wanted) {
  return bytes.size() >= offset && bytes.substr(offset, wanted.size()) == wanted;
}

std::string first_bytes(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes.substr(0, 4)) {
    const auto byte = static_cast<unsigned char>(c);
    if (!text.empty()) text += ' ';
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace

void ImageDecoder::limit_columns(int /*first*/, int /*count*/) {}

void ImageDecoder::set_size(std::int64_t width_px, std::int64_t height_px) {
  if (width_px < 1 || height_px < 1) {
    throw_data(concat("an image of ", width_px, " x ", height_px, " pixels"));
  }
  if (width_px > kMaxPixels || height_px > kMaxPixels || width_px * height_px > kMaxPixels) {
    throw_data(concat(width_px, " x ", height_px, " pixels are more than the ", kMaxPixels,
                      " that are read (a decompression bomb)"));
  }
  width_px_ = static_cast<int>(width_px);
  height_px_ = static_cast<int>(height_px);
}

std::unique_ptr<ImageDecoder> open_image(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) throw_data("the file is empty");
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (has_at(text, 0, "\xff\xd8\xff")) return open_jpeg(bytes);
  if (has_at(text, 0, "\x89PNG\r\n\x1a\n")) return open_png(bytes);
  for (const Signature& other : kOtherFormats) {
    if (has_at(text, other.offset, other.bytes)) {
      throw_data(concat(other.name, " file; JPEG and PNG are read"));
    }
  }
  throw_data(concat("neither a JPEG nor a PNG (first bytes ", first_bytes(text), ")"));
}

Image decode_image(std::span<const std::uint8_t> bytes) {
  const auto decoder = open_image(bytes);
  const auto width = static_cast<std::size_t>(decoder->width_px());
  const auto height = static_cast<std::size_t>(decoder->height_px());
  std::vector<std::uint8_t> row(4 * width);
  Image image{decoder->width_px(), decoder->height_px(), {}};
  for (std::size_t y = 0; y < height; ++y) {
    decoder->read_row(row.data());
    // Grown row by row, so that memory follows what was really decoded: a short file may claim any
    // size.
    image.rgb.resize(3 * width * (y + 1));
    std::uint8_t* out = image.rgb.data() + 3 * width * y;
    for (std::size_t x = 0; x < width; ++x) std::copy_n(&row[4 * x], 3, out + 3 * x);
  }
  decoder->finish();
  return image;
}

}  // namespace yardstick
