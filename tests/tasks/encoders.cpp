#include "tests/tasks/encoders.h"

#include <archive.h>
#include <archive_entry.h>
#include <png.h>

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>

// jpeglib.h needs size_t and FILE from the headers above.
#include <jpeglib.h>

namespace yardstick::test {
namespace {

void require(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

}  // namespace

Image noisy_image(int width_px, int height_px, unsigned seed) {
  Image image{width_px, height_px, {}};
  std::mt19937 random(seed);
  for (int y = 0; y < height_px; ++y) {
    for (int x = 0; x < width_px; ++x) {
      const int noise = static_cast<int>(random() % 64);
      image.rgb.push_back(static_cast<std::uint8_t>((x * 3 + noise) % 256));
      image.rgb.push_back(static_cast<std::uint8_t>((y * 5 + noise * 2) % 256));
      image.rgb.push_back(static_cast<std::uint8_t>((x + y + noise * 3) % 256));
    }
  }
  return image;
}

Bytes encode_jpeg(const Image& image, const JpegStyle& style) {
  jpeg_compress_struct info;
  jpeg_error_mgr error;
  info.err = jpeg_std_error(&error);
  jpeg_create_compress(&info);
  unsigned char* out = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &out, &size);
  info.image_width = static_cast<JDIMENSION>(image.width_px);
  info.image_height = static_cast<JDIMENSION>(image.height_px);
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  if (style.is_gray) jpeg_set_colorspace(&info, JCS_GRAYSCALE);
  jpeg_set_quality(&info, style.quality, TRUE);
  info.comp_info[0].h_samp_factor = style.horizontal_sampling;
  info.comp_info[0].v_samp_factor = style.vertical_sampling;
  info.restart_in_rows = style.restart_rows;
  if (style.is_progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  for (int y = 0; y < image.height_px; ++y) {
    auto* row = const_cast<std::uint8_t*>(image.rgb.data() + std::size_t{3} * image.width_px * y);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  Bytes bytes(out, out + size);
  std::free(out);
  return bytes;
}

Bytes encode_png(const PngStyle& style, const Bytes& rows) {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  Bytes bytes;
  png_set_write_fn(
      png, &bytes,
      [](png_structp writer, png_bytep data, std::size_t count) {
        auto* out = static_cast<Bytes*>(png_get_io_ptr(writer));
        out->insert(out->end(), data, data + count);
      },
      nullptr);
  png_set_IHDR(png, info, style.width_px, style.height_px, style.depth, style.color_type,
               style.is_interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (!style.palette.empty()) {
    png_set_PLTE(png, info, reinterpret_cast<const png_color*>(style.palette.data()),
                 static_cast<int>(style.palette.size() / 3));
  }
  if (!style.transparency.empty()) {
    png_set_tRNS(png, info, style.transparency.data(), static_cast<int>(style.transparency.size()),
                 nullptr);
  }
  png_write_info(png, info);
  const std::size_t row_bytes = rows.size() / static_cast<std::size_t>(style.height_px);
  std::vector<png_bytep> pointers;
  for (int y = 0; y < style.height_px; ++y) {
    pointers.push_back(const_cast<png_bytep>(rows.data() + row_bytes * y));
  }
  png_write_image(png, pointers.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

void write_tar(const std::string& path, const std::vector<std::pair<std::string, Bytes>>& members,
               const TarStyle& style) {
  archive* tar = archive_write_new();
  require(archive_write_set_format_by_name(tar, style.format.c_str()) == ARCHIVE_OK, "tar format");
  if (style.is_gzipped) require(archive_write_add_filter_gzip(tar) == ARCHIVE_OK, "gzip");
  require(archive_write_open_filename(tar, path.c_str()) == ARCHIVE_OK, "open tar");
  for (const auto& [name, bytes] : members) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(bytes.size()));
    archive_entry_set_filetype(entry, name.ends_with('/') ? AE_IFDIR : AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    require(archive_write_header(tar, entry) == ARCHIVE_OK, "tar header");
    archive_write_data(tar, bytes.data(), bytes.size());
    archive_entry_free(entry);
  }
  require(archive_write_close(tar) == ARCHIVE_OK, "close tar");
  archive_write_free(tar);
}

Bytes read_bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  require(in.good(), path.c_str());
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_bytes(const std::string& path, const Bytes& bytes) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

Bytes to_bytes(const std::string& text) { return {text.begin(), text.end()}; }

}  // namespace yardstick::test
