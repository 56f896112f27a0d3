#include "tasks/io/image_decoder.h"
#include "tasks/io/transforms.h"
#include "tests/tasks/encoders.h"
#include "tests/tasks/preprocess_goldens.h"

#include <yardstick/error.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace yardstick {
namespace {

using test::Bytes;

// Small files of every kind, so that thousands of decodings take a second.
std::vector<Bytes> seeds() {
  const Image image = test::noisy_image(40, 33, 1);
  std::vector<Bytes> files = {
      test::encode_jpeg(image),
      test::encode_jpeg(image, {.horizontal_sampling = 1, .vertical_sampling = 1}),
      test::encode_jpeg(image, {.is_progressive = true}),
      test::encode_jpeg(image, {.is_gray = true}),
      test::encode_jpeg(image, {.restart_rows = 1}),
      test::encode_png({.width_px = 40, .height_px = 33}, image.rgb),
      test::encode_png({.width_px = 40, .height_px = 33, .is_interlaced = true}, image.rgb),
      test::encode_png({.width_px = 10, .height_px = 3, .depth = 16, .color_type = 0},
                       Bytes(60, 17)),
      test::encode_png({.width_px = 16,
                        .height_px = 8,
                        .depth = 4,
                        .color_type = 3,
                        .palette = {1, 2, 3, 4, 5, 6},
                        .transparency = {7}},
                       Bytes(64, 0x10))};
  for (const auto& entry :
       std::filesystem::directory_iterator(test::preprocess_goldens() + "/bad")) {
    files.push_back(test::read_bytes(entry.path().string()));
  }
  files.push_back(test::read_bytes(test::preprocess_goldens() + "/images/cmyk.jpg"));
  files.push_back(test::read_bytes(test::preprocess_goldens() + "/images/palette.png"));
  return files;
}

Bytes mutated(Bytes bytes, std::mt19937& random) {
  if (bytes.empty()) return bytes;
  const unsigned kind = random() % 4;
  if (kind == 0) bytes.resize(random() % bytes.size());
  if (kind == 1) {
    const std::size_t from = random() % bytes.size();
    const std::size_t count = std::min<std::size_t>(random() % 40, bytes.size() - from);
    bytes.erase(bytes.begin() + from, bytes.begin() + from + count);
  }
  if (bytes.empty()) return bytes;
  // Most flips near the start, where the headers are.
  for (unsigned flips = random() % 6; flips > 0; --flips) {
    const std::size_t range =
        random() % 2 == 0 ? std::min<std::size_t>(bytes.size(), 80) : bytes.size();
    bytes[random() % range] ^= static_cast<std::uint8_t>(1U << random() % 8);
  }
  return bytes;
}

TEST(ImageMutationTest, BrokenBytesGiveAnImageOrADataError) {
  std::mt19937 random(2026);
  const Preprocessing preprocessing = {.crop_px = 16};
  Preprocessor preprocessor(preprocessing);
  std::vector<float> out(3 * 16 * 16);
  int decoded = 0, refused = 0;
  for (const Bytes& seed : seeds()) {
    for (int trial = 0; trial < 400; ++trial) {
      const Bytes bytes = mutated(seed, random);
      try {
        const auto decoder = open_image(bytes);
        const int width = decoder->width_px();
        const int height = decoder->height_px();
        // A flipped size may ask for minutes of filling in; real work is bounded by real files.
        if (static_cast<std::int64_t>(width) * height > 4'000'000) continue;
        preprocessor.run(*decoder, evaluation_plan(width, height, preprocessing), out.data());
        ++decoded;
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::kData) << error.what();
        EXPECT_FALSE(error.message().empty());
        ++refused;
      }
    }
  }
  EXPECT_GT(decoded, 500);
  EXPECT_GT(refused, 2000);
}

}  // namespace
}  // namespace yardstick
