#include "tasks/io/png_decoder.h"

#include <yardstick/error.h>

#include <png.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstring>
#include <vector>

namespace yardstick {
namespace {

// Chunks that change no pixel here (no profile, gamma or transparency is applied). Leaving them
// unread keeps their parsers, and what they decompress, out of the way; their checksums are read.
constexpr char kIgnored[] =
    "bKGD\0cHRM\0eXIf\0gAMA\0hIST\0iCCP\0iTXt\0oFFs\0pCAL\0pHYs\0sBIT\0sCAL\0sPLT\0sRGB\0tEXt\0"
    "tIME\0tRNS\0zTXt";
constexpr int kIgnoredCount = sizeof kIgnored / 5;

struct Source {
  std::span<const std::uint8_t> rest;
  bool ran_out = false;
};

struct Failure {
  std::array<char, 160> message = {};
};

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  auto* failure = static_cast<Failure*>(png_get_error_ptr(png));
  std::strncpy(failure->message.data(), message, failure->message.size() - 1);
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

void on_read(png_structp png, png_bytep out, std::size_t count) {
  auto* source = static_cast<Source*>(png_get_io_ptr(png));
  if (source->rest.size() < count) {
    source->ran_out = true;
    png_error(png, "the file ends early");
  }
  std::memcpy(out, source->rest.data(), count);
  source->rest = source->rest.subspan(count);
}

// libpng leaves its functions by longjmp. So each member calls setjmp first, and has no local with
// a destructor while libpng runs.
class PngDecoder final : public ImageDecoder {
 public:
  explicit PngDecoder(std::span<const std::uint8_t> bytes) : ImageDecoder(ImageFormat::kPng) {
    source_.rest = bytes;
    handle_.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &failure_, on_error, on_warning);
    handle_.info = handle_.png == nullptr ? nullptr : png_create_info_struct(handle_.png);
    if (handle_.info == nullptr) throw_environment("no memory for a PNG decoder");
    read_header();
  }

  void read_row(std::uint8_t* rgbx) override {
    if (rows_read_ == 0) start();
    if (is_interlaced_) {
      const std::uint8_t* row = stored_.data() + row_bytes_ * rows_read_;
      if (is_gray16_) {
        clip_gray16(row, rgbx);
      } else {
        std::memcpy(rgbx, row, row_bytes_);
      }
    } else if (is_gray16_) {
      decode_row(stored_.data());
      clip_gray16(stored_.data(), rgbx);
    } else {
      decode_row(rgbx);
    }
    ++rows_read_;
  }

  void finish() override {
    if (setjmp(png_jmpbuf(handle_.png)) != 0) {
      if (source_.ran_out) return;
      fail();
    }
    png_read_end(handle_.png, nullptr);
  }

 private:
  struct Handle {
    png_structp png = nullptr;
    png_infop info = nullptr;
    ~Handle() { png_destroy_read_struct(&png, &info, nullptr); }
  };

  void read_header() {
    if (setjmp(png_jmpbuf(handle_.png)) != 0) fail();
    png_set_read_fn(handle_.png, &source_, on_read);
    png_set_user_limits(handle_.png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_crc_action(handle_.png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_set_benign_errors(handle_.png, 1);
    png_set_keep_unknown_chunks(handle_.png, PNG_HANDLE_CHUNK_NEVER,
                                reinterpret_cast<png_const_bytep>(kIgnored), kIgnoredCount);
    png_read_info(handle_.png, handle_.info);
    set_size(png_get_image_width(handle_.png, handle_.info),
             png_get_image_height(handle_.png, handle_.info));
  }

  void start() {
    if (setjmp(png_jmpbuf(handle_.png)) != 0) fail();
    const int color = png_get_color_type(handle_.png, handle_.info);
    const int depth = png_get_bit_depth(handle_.png, handle_.info);
    is_gray16_ = color == PNG_COLOR_TYPE_GRAY && depth == 16;
    is_interlaced_ = png_get_interlace_type(handle_.png, handle_.info) != PNG_INTERLACE_NONE;
    if (!is_gray16_) {
      if (depth == 16) png_set_strip_16(handle_.png);
      if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(handle_.png);
      if (color == PNG_COLOR_TYPE_GRAY && depth < 8) {
        png_set_expand_gray_1_2_4_to_8(handle_.png);
      }
      if ((color & PNG_COLOR_MASK_COLOR) == 0) png_set_gray_to_rgb(handle_.png);
      png_set_filler(handle_.png, 0xff, PNG_FILLER_AFTER);
    }
    if (is_interlaced_) png_set_interlace_handling(handle_.png);
    png_read_update_info(handle_.png, handle_.info);
    row_bytes_ = png_get_rowbytes(handle_.png, handle_.info);
    const std::size_t bytes_a_pixel = is_gray16_ ? 2 : 4;
    if (row_bytes_ != bytes_a_pixel * static_cast<std::size_t>(width_px())) {
      png_error(handle_.png, "unexpected row size");
    }
    if (is_gray16_ || is_interlaced_) {
      const std::size_t rows = is_interlaced_ ? static_cast<std::size_t>(height_px()) : 1;
      stored_.resize(row_bytes_ * rows);
    }
    if (is_interlaced_) {
      row_pointers_.resize(static_cast<std::size_t>(height_px()));
      for (std::size_t y = 0; y < row_pointers_.size(); ++y) {
        row_pointers_[y] = stored_.data() + row_bytes_ * y;
      }
      png_read_image(handle_.png, row_pointers_.data());
    }
  }

  void decode_row(std::uint8_t* out) {
    if (setjmp(png_jmpbuf(handle_.png)) != 0) fail();
    png_read_row(handle_.png, out, nullptr);
  }

  void clip_gray16(const std::uint8_t* row, std::uint8_t* rgbx) const {
    for (int x = 0; x < width_px(); ++x, row += 2, rgbx += 4) {
      const std::uint8_t value = row[0] != 0 ? 255 : row[1];
      std::fill_n(rgbx, 4, value);
    }
  }

  [[noreturn]] void fail() const {
    throw_data(
        concat(source_.ran_out ? "a truncated PNG: " : "a broken PNG: ", failure_.message.data()));
  }

  Failure failure_;
  Source source_;
  Handle handle_;
  std::vector<std::uint8_t> stored_;  // the image where interlaced, else one row of 16-bit gray
  std::vector<png_bytep> row_pointers_;
  std::size_t row_bytes_ = 0;
  std::size_t rows_read_ = 0;
  bool is_gray16_ = false;
  bool is_interlaced_ = false;
};

}  // namespace

std::unique_ptr<ImageDecoder> open_png(std::span<const std::uint8_t> bytes) {
  return std::make_unique<PngDecoder>(bytes);
}

}  // namespace yardstick
