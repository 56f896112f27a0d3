#include "tasks/io/image_decoder.h"

#include "tests/support/throws_error.h"
#include "tests/tasks/encoders.h"
#include "tests/tasks/preprocess_goldens.h"

#include <gtest/gtest.h>
#include <png.h>

#include <random>
#include <string>
#include <tuple>

namespace yardstick {
namespace {

using test::Bytes;
using test::ThrowsError;
using testing::HasSubstr;

Image decode(const std::string& golden) {
  return decode_image(test::read_bytes(test::preprocess_goldens() + "/" + golden));
}

auto fails_with(const std::string& text) { return ThrowsError(ErrorKind::kData, HasSubstr(text)); }

TEST(ImageDecoderTest, EqualsPillowOnEveryGoldenImage) {
  ASSERT_EQ(test::golden_images().size(), 14U);
  for (const test::GoldenImage& golden : test::golden_images()) {
    const auto tensors =
        read_safetensors(test::preprocess_goldens() + "/" + golden.tensors).tensors;

    EXPECT_EQ(test::difference(decode(golden.file), test::to_image(tensors.at("decoded.rgb"))),
              "same")
        << golden.file;
  }
}

TEST(ImageDecoderTest, TakesAndRefusesTheBadFilesThatPillowDoes) {
  ASSERT_EQ(test::golden_bad_files().size(), 12U);
  for (const test::GoldenBadFile& golden : test::golden_bad_files()) {
    if (!golden.is_loaded) {
      EXPECT_THAT([&] { decode(golden.file); }, fails_with("")) << golden.file;
      continue;
    }
    const Image image = decode(golden.file);
    for (std::size_t c = 0; c < 3; ++c) {
      double sum = 0;
      for (std::size_t i = c; i < image.rgb.size(); i += 3) sum += image.rgb[i];
      EXPECT_NEAR(sum / (image.rgb.size() / 3.0), golden.mean[c], 1e-9) << golden.file;
    }
  }
}

TEST(ImageDecoderTest, SaysWhatIsWrongWithABadFile) {
  EXPECT_THAT([] { decode("bad/truncated_half.jpg"); },
              fails_with("a truncated JPEG: the file ends before row"));
  EXPECT_THAT([] { decode("bad/truncated_header.jpg"); },
              fails_with("a JPEG that ends inside its header"));
  EXPECT_THAT([] { decode("bad/empty.jpg"); }, fails_with("the file is empty"));
  EXPECT_THAT([] { decode("bad/text.jpg"); }, fails_with("neither a JPEG nor a PNG"));
  EXPECT_THAT([] { decode("bad/zeros.jpg"); }, fails_with("first bytes 00 00 00 00"));
  EXPECT_THAT([] { decode("bad/truncated.png"); }, fails_with("a truncated PNG"));
  EXPECT_THAT([] { decode("bad/bad_crc.png"); }, fails_with("a broken PNG: IDAT: "));
  EXPECT_THAT([] { decode("bad/missing_eoi.jpg"); },
              fails_with("a truncated JPEG: the file ends before row"));
  EXPECT_THAT([] { decode("bad/huge_header.png"); },
              fails_with("60000 x 60000 pixels are more than the 178956970"));
}

TEST(ImageDecoderTest, NamesOtherFormats) {
  EXPECT_THAT([] { decode_image(test::to_bytes("GIF89a.....")); }, fails_with("a GIF file"));
  EXPECT_THAT([] { decode_image(test::to_bytes("RIFF0000WEBPVP8 ")); }, fails_with("a WebP file"));
}

TEST(ImageDecoderTest, RefusesAHugeJpegBeforeDecodingIt) {
  Bytes bytes = test::encode_jpeg(test::noisy_image(16, 16, 1));
  const Bytes start_of_frame = {0xff, 0xc0};
  const auto at =
      std::search(bytes.begin(), bytes.end(), start_of_frame.begin(), start_of_frame.end());
  ASSERT_NE(at, bytes.end());
  std::fill(at + 5, at + 9, 0xf0);

  EXPECT_THAT([&] { decode_image(bytes); }, fails_with("61680 x 61680 pixels are more than"));
}

TEST(ImageDecoderTest, RefusesJunkBetweenTheSegmentsOfAJpegHeader) {
  Bytes bytes = test::encode_jpeg(test::noisy_image(16, 16, 1));
  const Bytes junk = {1, 2, 3};
  bytes.insert(bytes.begin() + 20, junk.begin(), junk.end());

  EXPECT_THAT([&] { decode_image(bytes); }, fails_with("a broken JPEG"));
}

// Sampling across, sampling down, gray, progressive, restart interval.
class JpegCropTest : public testing::TestWithParam<test::JpegStyle> {};

TEST_P(JpegCropTest, LimitedColumnsAreTheSamePixels) {
  std::mt19937 random(11);
  for (int trial = 0; trial < 60; ++trial) {
    const int width = 1 + static_cast<int>(random() % 150);
    const int height = 1 + static_cast<int>(random() % 40);
    const Bytes bytes = test::encode_jpeg(test::noisy_image(width, height, trial), GetParam());
    const int first = static_cast<int>(random() % width);
    const int count = 1 + static_cast<int>(random() % (width - first));
    const Image whole = decode_image(bytes);
    const auto decoder = open_image(bytes);
    decoder->limit_columns(first, count);
    Bytes row(4 * static_cast<std::size_t>(width));
    int wrong = 0;
    for (int y = 0; y < height; ++y) {
      decoder->read_row(row.data());
      for (int x = first; x < first + count; ++x) {
        wrong += !std::equal(&row[4 * x], &row[4 * x + 3], &whole.rgb[3 * (y * width + x)]);
      }
    }
    decoder->finish();

    EXPECT_EQ(wrong, 0) << width << " x " << height << ", columns " << first << " + " << count;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Styles, JpegCropTest,
    testing::Values(
        test::JpegStyle{.horizontal_sampling = 2, .vertical_sampling = 2},
        test::JpegStyle{.horizontal_sampling = 2, .vertical_sampling = 1},
        test::JpegStyle{.horizontal_sampling = 1, .vertical_sampling = 1},
        test::JpegStyle{.horizontal_sampling = 1, .vertical_sampling = 2},
        test::JpegStyle{.horizontal_sampling = 4, .vertical_sampling = 1},
        test::JpegStyle{.horizontal_sampling = 2, .vertical_sampling = 2, .is_progressive = true},
        test::JpegStyle{.horizontal_sampling = 2, .vertical_sampling = 1, .is_progressive = true},
        test::JpegStyle{.is_gray = true},
        test::JpegStyle{.horizontal_sampling = 1, .vertical_sampling = 1, .is_gray = true},
        test::JpegStyle{.is_gray = true, .is_progressive = true},
        test::JpegStyle{.restart_rows = 1}));

// Values below are what Pillow 13.0.0 gives for the same files after convert("RGB").
TEST(PngDecoderTest, CutsSixteenBitGrayOffAt255) {
  const Bytes png =
      test::encode_png({.width_px = 4, .depth = 16, .color_type = PNG_COLOR_TYPE_GRAY},
                       {0, 0, 0, 255, 1, 0, 0xab, 0xcd});

  EXPECT_EQ(decode_image(png).rgb, (Bytes{0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255}));
}

TEST(PngDecoderTest, KeepsTheHighByteOfOtherSixteenBitPixels) {
  const Bytes rgb = test::encode_png({.depth = 16, .color_type = PNG_COLOR_TYPE_RGB},
                                     {0x12, 0xff, 0xff, 0xff, 0xab, 0xcd});
  const Bytes gray_alpha =
      test::encode_png({.width_px = 2, .depth = 16, .color_type = PNG_COLOR_TYPE_GRAY_ALPHA},
                       {0x12, 0xff, 0xff, 0xff, 0xab, 0xcd, 0, 0});

  EXPECT_EQ(decode_image(rgb).rgb, (Bytes{18, 255, 171}));
  EXPECT_EQ(decode_image(gray_alpha).rgb, (Bytes{18, 18, 18, 171, 171, 171}));
}

TEST(PngDecoderTest, SpreadsFewBitsOverTheWholeRange) {
  const Bytes one =
      test::encode_png({.width_px = 4, .depth = 1, .color_type = PNG_COLOR_TYPE_GRAY}, {0xa0});
  const Bytes two =
      test::encode_png({.width_px = 4, .depth = 2, .color_type = PNG_COLOR_TYPE_GRAY}, {0x1b});
  const Bytes four =
      test::encode_png({.width_px = 2, .depth = 4, .color_type = PNG_COLOR_TYPE_GRAY}, {0x1e});

  EXPECT_EQ(decode_image(one).rgb, (Bytes{255, 255, 255, 0, 0, 0, 255, 255, 255, 0, 0, 0}));
  EXPECT_EQ(decode_image(two).rgb, (Bytes{0, 0, 0, 85, 85, 85, 170, 170, 170, 255, 255, 255}));
  EXPECT_EQ(decode_image(four).rgb, (Bytes{17, 17, 17, 238, 238, 238}));
}

TEST(PngDecoderTest, KeepsTheColourOfATransparentPaletteEntry) {
  const Bytes png = test::encode_png({.width_px = 4,
                                      .depth = 8,
                                      .color_type = PNG_COLOR_TYPE_PALETTE,
                                      .palette = {10, 11, 12, 13, 14, 15, 16, 17, 18},
                                      .transparency = {0, 128}},
                                     {0, 1, 2, 1});

  EXPECT_EQ(decode_image(png).rgb, (Bytes{10, 11, 12, 13, 14, 15, 16, 17, 18, 13, 14, 15}));
}

TEST(PngDecoderTest, InterlacingChangesNoPixel) {
  const Image image = test::noisy_image(37, 29, 3);
  const test::PngStyle style = {.width_px = 37, .height_px = 29};
  test::PngStyle interlaced = style;
  interlaced.is_interlaced = true;

  EXPECT_EQ(decode_image(test::encode_png(style, image.rgb)), image);
  EXPECT_EQ(decode_image(test::encode_png(interlaced, image.rgb)), image);
}

TEST(PngDecoderTest, TakesAFileThatOnlyLacksItsEndChunk) {
  Bytes png = test::encode_png({}, {1, 2, 3});
  png.resize(png.size() - 12);

  EXPECT_EQ(decode_image(png).rgb, (Bytes{1, 2, 3}));
}

TEST(PngDecoderTest, RefusesAWrongChecksum) {
  Bytes png = test::encode_png({}, {1, 2, 3});
  png[png.size() - 13] ^= 1;

  EXPECT_THAT([&] { decode_image(png); }, fails_with("CRC error"));
}

}  // namespace
}  // namespace yardstick
