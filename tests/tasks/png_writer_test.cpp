#include "tasks/io/png_writer.h"

#include "tasks/io/image_decoder.h"
#include "tests/support/throws_error.h"

#include <gmock/gmock.h>

#include <cstdint>
#include <span>
#include <string>

namespace yardstick {
namespace {

using test::ThrowsError;

Image picture(int width_px, int height_px) {
  Image image{.width_px = width_px, .height_px = height_px, .rgb = {}};
  for (int i = 0; i < 3 * width_px * height_px; ++i) {
    image.rgb.push_back(static_cast<std::uint8_t>(i * 37 % 256));
  }
  return image;
}

TEST(PngWriterTest, WritesWhatTheDecoderReads) {
  for (const Image& image : {picture(1, 1), picture(7, 3), picture(300, 200)}) {
    const std::string bytes = encode_png(image);

    EXPECT_EQ(decode_image({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}),
              image);
  }
}

TEST(PngWriterTest, RefusesPixelsThatDoNotFillTheImage) {
  Image image = picture(4, 4);
  image.rgb.pop_back();

  EXPECT_THAT([&] { encode_png(image); }, ThrowsError(ErrorKind::kInternal, testing::_));
}

}  // namespace
}  // namespace yardstick
