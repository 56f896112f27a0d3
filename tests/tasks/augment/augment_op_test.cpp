#include "tasks/io/augment/augment_op.h"

#include "tasks/io/augment/image_ops.h"
#include "tasks/io/image_decoder.h"
#include "tests/tasks/augment/recipe_goldens.h"
#include "tests/tasks/encoders.h"
#include "tests/tasks/preprocess_goldens.h"

#include <yardstick/tensor_file.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

namespace yardstick {
namespace {

using nlohmann::json;

TEST(AugmentOpTest, GivesPillowsPixelsOnEveryGoldenImage) {
  int images = 0;
  for (const std::string& folder : test::recipe_folders("randaugment")) {
    const json cases = test::read_json(folder + "/randaugment.json");
    const auto tensors = read_safetensors(folder + "/tensors.safetensors").tensors;
    Resampling how{.fill = cases["fillcolor"].get<Rgb>()};
    for (const std::string file : cases["images"]) {
      const Image original = decode_image(test::read_bytes(folder + "/" + file));
      const std::string name = file.substr(0, file.find('.'));
      for (const json& one : cases["ops"]) {
        const AugmentOp& op = augment_op(one["op"].get<std::string>());
        const double argument = one["args"].empty() ? 0 : one["args"][0].get<double>();
        const std::string key =
            name + "." + std::string(op.name) + "." + std::to_string(one["index"].get<int>());
        for (const std::string suffix : {"", ".bicubic", ".bilinear"}) {
          const auto wanted = tensors.find(key + suffix);
          if (wanted == tensors.end()) continue;
          how.interpolation =
              suffix == ".bilinear" ? Interpolation::kBilinear : Interpolation::kBicubic;
          Image image = original;

          op.apply(image, argument, how);

          EXPECT_EQ(test::difference(image, test::to_image(wanted->second)), "same")
              << folder << " " << wanted->first;
          ++images;
        }
      }
    }
  }
  EXPECT_GE(images, 300);
}

TEST(AugmentOpTest, TurnsMagnitudesIntoTimmsArguments) {
  constexpr int kSidePx = 224;
  for (const std::string& folder : test::recipe_folders("randaugment")) {
    const json table = test::read_json(folder + "/magnitudes.json");
    ASSERT_FALSE(table["rows"].empty());
    for (const json& row : table["rows"]) {
      SCOPED_TRACE(row.dump());
      const AugmentOp& op = augment_op(row[0].get<std::string>());
      if (row[2].empty()) {
        EXPECT_EQ(op.argument, nullptr);
        continue;
      }
      const double magnitude = std::min(row[1].get<double>(), 10.0);

      EXPECT_EQ(op.argument(magnitude, false, kSidePx), row[2][0].get<double>());
      EXPECT_EQ(op.argument(magnitude, true, kSidePx),
                (row[3].is_null() ? row[2] : row[3])[0].get<double>());
      EXPECT_TRUE(op.has_sign || row[3].is_null());
    }
  }
}

TEST(AugmentOpTest, ShiftsInPixelsByUpTo45PercentOfTheSideRoundedDown) {
  EXPECT_EQ(augment_op("TranslateX").argument(10, false, 32), 14);
}

TEST(PosterizeTest, ZeroBitsAreBlack) {
  Image image = test::noisy_image(9, 7, 1);

  posterize(image, 0);

  EXPECT_EQ(std::count(image.rgb.begin(), image.rgb.end(), 0), 9 * 7 * 3);
}

TEST(EqualizeTest, LeavesAnImageOfOneColourAlone) {
  const Image image{20, 20, std::vector<std::uint8_t>(20 * 20 * 3, 77)};
  Image equalized = image;

  equalize(equalized);

  EXPECT_EQ(equalized, image);
}

TEST(RotateTest, AQuarterTurnOfASquareIsExact) {
  const Image image = test::noisy_image(12, 12, 3);
  for (const auto interpolation : {Interpolation::kBilinear, Interpolation::kBicubic}) {
    const Image turned = rotate(image, 90, {.interpolation = interpolation});
    for (int y = 0; y < 12; ++y) {
      for (int x = 0; x < 12; ++x) {
        ASSERT_EQ(turned.rgb[3 * (12 * y + x)], image.rgb[3 * (12 * x + 11 - y)]) << x << " " << y;
      }
    }
  }
}

TEST(TranslateTest, FillsWhatItUncovers) {
  const Image moved = translate(test::noisy_image(8, 4, 3), 3, 0, {.fill = {1, 2, 3}});

  EXPECT_EQ(moved.rgb[3 * 5], 1);
  EXPECT_EQ(moved.rgb[3 * 7 + 1], 2);
  EXPECT_EQ(moved.rgb[3 * 31 + 2], 3);
}

}  // namespace
}  // namespace yardstick
