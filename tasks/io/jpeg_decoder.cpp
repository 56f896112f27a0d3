#include "tasks/io/jpeg_decoder.h"

#include <yardstick/error.h>

#include <algorithm>
#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <vector>

// jpeglib.h needs size_t and FILE from the headers above.
#include <jerror.h>
#include <jpeglib.h>

namespace yardstick {
namespace {

// A progressive file of a few kilobytes can ask for thousands of passes over a huge image; real
// ones have about ten.
constexpr int kMaxScans = 500;

// libjpeg reports through these; the first member makes each one the structure that libjpeg knows.
struct ErrorManager {
  jpeg_error_mgr base;
  std::jmp_buf jump;
  bool in_header;
  char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void on_error(j_common_ptr info) {
  auto* error = reinterpret_cast<ErrorManager*>(info->err);
  error->base.format_message(info, error->message);
  std::longjmp(error->jump, 1);
}

void on_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  ++info->err->num_warnings;
  // Pillow takes no file with junk between its header's segments; libjpeg only warns.
  const auto* error = reinterpret_cast<const ErrorManager*>(info->err);
  if (error->in_header && info->err->msg_code == JWRN_EXTRANEOUS_DATA) on_error(info);
}

void on_output(j_common_ptr) {}

void on_progress(j_common_ptr info) {
  const auto* decompress = reinterpret_cast<const jpeg_decompress_struct*>(info);
  if (decompress->input_scan_number <= kMaxScans) return;
  auto* error = reinterpret_cast<ErrorManager*>(info->err);
  std::snprintf(error->message, sizeof error->message, "more than %d scans", kMaxScans);
  std::longjmp(error->jump, 1);
}

// All bytes are in memory from the start, so asking for more means that the file is cut off:
// libjpeg then suspends, and the caller sees that.
void source_init(j_decompress_ptr) {}
boolean source_fill(j_decompress_ptr) { return FALSE; }
void source_skip(j_decompress_ptr info, long count) {
  if (count <= 0) return;
  const std::size_t skipped = std::min(static_cast<std::size_t>(count), info->src->bytes_in_buffer);
  info->src->next_input_byte += skipped;
  info->src->bytes_in_buffer -= skipped;
}
void source_term(j_decompress_ptr) {}

// Pillow's CMYK to RGB: (255 - k) less its share of c, with a rounded division by 255.
std::uint8_t cmyk_channel(int c, int white) {
  const int t = white * c + 128;
  return static_cast<std::uint8_t>(std::clamp(white - (((t >> 8) + t) >> 8), 0, 255));
}

// libjpeg leaves its functions by longjmp. So each member calls setjmp first, and has no local with
// a destructor while libjpeg runs.
class JpegDecoder final : public ImageDecoder {
 public:
  explicit JpegDecoder(std::span<const std::uint8_t> bytes) : ImageDecoder(ImageFormat::kJpeg) {
    info_.err = jpeg_std_error(&error_.base);
    error_.base.error_exit = on_error;
    error_.base.emit_message = on_message;
    error_.base.output_message = on_output;
    error_.in_header = true;
    if (setjmp(error_.jump) != 0) fail();
    jpeg_create_decompress(&info_);
    source_ = {bytes.data(), bytes.size(),           source_init, source_fill,
               source_skip,  jpeg_resync_to_restart, source_term};
    info_.src = &source_;
    progress_.progress_monitor = on_progress;
    info_.progress = &progress_;
    read_header();
  }

  void limit_columns(int first, int count) override {
    start();
    // Fancy upsampling treats the cut as the image's edge, so one block row of columns more is
    // decoded on either side.
    const int margin = info_.max_h_samp_factor * DCTSIZE;
    const int from = std::max(first - margin, 0);
    const int to = std::min(first + count + margin, width_px());
    if (setjmp(error_.jump) != 0) fail();
    JDIMENSION offset = static_cast<JDIMENSION>(from);
    JDIMENSION width = static_cast<JDIMENSION>(to - from);
    if (width == info_.output_width) return;
    jpeg_crop_scanline(&info_, &offset, &width);
    first_column_ = static_cast<int>(offset);
  }

  void read_row(std::uint8_t* rgbx) override {
    start();
    if (setjmp(error_.jump) != 0) fail();
    JSAMPROW row = rgbx + std::size_t{4} * static_cast<std::size_t>(first_column_);
    if (jpeg_read_scanlines(&info_, &row, 1) != 1) fail_truncated();
    if (info_.out_color_space == JCS_CMYK) to_rgbx(row);
  }

  void finish() override {
    start();
    if (setjmp(error_.jump) != 0) fail();
    if (jpeg_finish_decompress(&info_) == FALSE) {
      throw_data("a JPEG without its end marker; the file is cut off");
    }
  }

 private:
  void read_header() {
    if (jpeg_read_header(&info_, TRUE) != JPEG_HEADER_OK) {
      throw_data("a JPEG that ends inside its header");
    }
    error_.in_header = false;
    set_size(info_.image_width, info_.image_height);
    switch (info_.num_components) {
      case 1:
      case 3:
        info_.out_color_space = JCS_EXT_RGBX;
        break;
      case 4:
        info_.out_color_space = JCS_CMYK;
        break;
      default:
        throw_data(concat("a JPEG of ", info_.num_components, " colour components"));
    }
    info_.dct_method = JDCT_ISLOW;
    info_.do_fancy_upsampling = TRUE;
  }

  // Reads all of a progressive file, which is why the constructor does not.
  void start() {
    if (started_) return;
    if (setjmp(error_.jump) != 0) fail();
    if (jpeg_start_decompress(&info_) == FALSE) fail_truncated();
    started_ = true;
  }

  void to_rgbx(std::uint8_t* row) const {
    for (JDIMENSION x = 0; x < info_.output_width; ++x, row += 4) {
      const int white = row[3];  // inverted in the file: 255 - k
      row[0] = cmyk_channel(255 - row[0], white);
      row[1] = cmyk_channel(255 - row[1], white);
      row[2] = cmyk_channel(255 - row[2], white);
    }
  }

  [[noreturn]] void fail() const { throw_data(concat("a broken JPEG: ", error_.message)); }

  [[noreturn]] void fail_truncated() const {
    throw_data(concat("a truncated JPEG: the file ends before row ", info_.output_scanline, " of ",
                      info_.image_height));
  }

  // Destroyed even where the constructor throws. Zeroed, it holds nothing to free.
  struct Handle {
    jpeg_decompress_struct info = {};
    ~Handle() { jpeg_destroy_decompress(&info); }
  };

  ErrorManager error_ = {};
  jpeg_source_mgr source_ = {};
  jpeg_progress_mgr progress_ = {};
  Handle handle_;
  jpeg_decompress_struct& info_ = handle_.info;
  int first_column_ = 0;
  bool started_ = false;
};

}  // namespace

std::unique_ptr<ImageDecoder> open_jpeg(std::span<const std::uint8_t> bytes) {
  return std::make_unique<JpegDecoder>(bytes);
}

}  // namespace yardstick
