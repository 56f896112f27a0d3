#pragma once

#include "tasks/io/image.h"

#include <cstdint>
#include <memory>
#include <span>

namespace yardstick {

// More pixels than this are refused before any are allocated, as Pillow refuses them.
inline constexpr std::int64_t kMaxPixels = 178'956'970;

// Decodes one image row by row, top row first, to the pixels that Pillow gives after
// convert("RGB"): EXIF orientation and colour profiles are left alone, alpha is dropped, gray is
// copied to three channels. What Pillow refuses with its defaults is refused too. Used by one
// thread; the encoded bytes must outlive it. Every member throws Data with a one-line reason that
// does not name the file; after that the decoder can only be destroyed.
class ImageDecoder {
 public:
  virtual ~ImageDecoder() = default;
  ImageDecoder(const ImageDecoder&) = delete;
  ImageDecoder& operator=(const ImageDecoder&) = delete;

  ImageFormat format() const { return format_; }
  int width_px() const { return width_px_; }
  int height_px() const { return height_px_; }

  // Promises that of each row only columns [first, first + count) are looked at, which saves work;
  // their values stay the same, the others become unspecified. At most once, before the first row.
  virtual void limit_columns(int first, int count);
  // Writes the next row: four bytes (R, G, B, unspecified) for each of width_px() pixels. At most
  // height_px() times.
  virtual void read_row(std::uint8_t* rgbx) = 0;
  // Checks what follows the pixels, as the end marker of a JPEG. Once, after the last row.
  virtual void finish() = 0;

 protected:
  explicit ImageDecoder(ImageFormat format) : format_(format) {}
  // Throws Data where there are more than kMaxPixels.
  void set_size(std::int64_t width_px, std::int64_t height_px);

 private:
  ImageFormat format_;
  int width_px_ = 0;
  int height_px_ = 0;
};

// Reads the header of a JPEG or a PNG, told apart by their first bytes and not by a name. Throws
// Data on anything else.
std::unique_ptr<ImageDecoder> open_image(std::span<const std::uint8_t> bytes);

// Decodes a whole image. Throws Data.
Image decode_image(std::span<const std::uint8_t> bytes);

}  // namespace yardstick
