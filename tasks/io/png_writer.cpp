#include "tasks/io/png_writer.h"

#include <yardstick/check.h>
#include <yardstick/error.h>

#include <png.h>

#include <cstddef>

namespace yardstick {

std::string encode_png(const Image& image) {
  const auto pixels =
      static_cast<std::size_t>(image.width_px) * static_cast<std::size_t>(image.height_px);
  YS_CHECK(image.width_px > 0 && image.height_px > 0 && image.rgb.size() == 3 * pixels,
           image.width_px, image.height_px, image.rgb.size());
  png_image description = {};
  description.version = PNG_IMAGE_VERSION;
  description.width = static_cast<png_uint_32>(image.width_px);
  description.height = static_cast<png_uint_32>(image.height_px);
  description.format = PNG_FORMAT_RGB;

  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(description);
  std::string bytes(size, '\0');
  if (png_image_write_to_memory(&description, bytes.data(), &size, /*convert_to_8_bit=*/0,
                                image.rgb.data(), /*row_stride=*/0, /*colormap=*/nullptr) == 0) {
    throw_environment(concat("a PNG of ", image.width_px, " x ", image.height_px,
                             " px cannot be made: ", description.message));
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace yardstick
