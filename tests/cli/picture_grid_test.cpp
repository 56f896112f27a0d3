#include "cli/picture_grid.h"

#include "tasks/io/image_decoder.h"

#include <ATen/ATen.h>

#include <gmock/gmock.h>

#include <cstdint>
#include <string>
#include <vector>

namespace yardstick::cli {
namespace {

using testing::ElementsAre;

constexpr int kGapPx = 4;

Image decoded(const std::string& png) {
  return decode_image({reinterpret_cast<const std::uint8_t*>(png.data()), png.size()});
}

std::vector<int> pixel(const Image& image, int x, int y) {
  const std::uint8_t* rgb = image.rgb.data() + 3 * (y * image.width_px + x);
  return {rgb[0], rgb[1], rgb[2]};
}

Preprocessing plain() {
  Preprocessing preprocessing;
  preprocessing.mean = {0, 0, 0};
  preprocessing.std = {1, 1, 1};
  return preprocessing;
}

TEST(PictureGridTest, UndoesNormalisationAndCutsOff) {
  Preprocessing preprocessing;
  preprocessing.mean = {0.5, 0.25, 0.0};
  preprocessing.std = {0.5, 0.5, 2.0};
  const at::Tensor black_in_red = at::tensor({-1.0, 0.0, 3.0}).to(at::kFloat);

  const Image image = decoded(
      draw_grid({black_in_red.reshape({1, 3, 1, 1}).expand({1, 3, 112, 112})}, preprocessing));

  EXPECT_EQ(image.width_px, 112 + 2 * kGapPx);
  EXPECT_THAT(pixel(image, kGapPx, kGapPx), ElementsAre(0, 64, 255));
}

TEST(PictureGridTest, StacksRowsWithGaps) {
  const at::Tensor dark = at::zeros({2, 3, 120, 130});
  const at::Tensor gray = at::full({2, 3, 120, 130}, 0.2);

  const Image image = decoded(draw_grid({dark, gray}, plain()));

  ASSERT_EQ(image.width_px, kGapPx + 2 * (130 + kGapPx));
  ASSERT_EQ(image.height_px, kGapPx + 2 * (120 + kGapPx));
  EXPECT_THAT(pixel(image, 0, 0), ElementsAre(255, 255, 255));
  EXPECT_THAT(pixel(image, kGapPx + 129, kGapPx + 119), ElementsAre(0, 0, 0));
  EXPECT_THAT(pixel(image, kGapPx + 130, kGapPx), ElementsAre(255, 255, 255));
  EXPECT_THAT(pixel(image, kGapPx + 130 + kGapPx, 2 * kGapPx + 120), ElementsAre(51, 51, 51));
}

TEST(PictureGridTest, MagnifiesSmallPicturesSharply) {
  at::Tensor picture = at::zeros({1, 3, 28, 28});
  picture.slice(3, 1, 2).fill_(1.0);  // the second column is white

  const Image image = decoded(draw_grid({picture}, plain()));

  ASSERT_EQ(image.width_px, 4 * 28 + 2 * kGapPx);
  EXPECT_THAT(pixel(image, kGapPx + 3, kGapPx), ElementsAre(0, 0, 0));
  EXPECT_THAT(pixel(image, kGapPx + 4, kGapPx), ElementsAre(255, 255, 255));
  EXPECT_THAT(pixel(image, kGapPx + 8, kGapPx), ElementsAre(0, 0, 0));
}

TEST(PictureGridTest, DrawsTheTwoMiddleFramesOfClips) {
  at::Tensor clip = at::zeros({1, 3, 4, 112, 112});
  for (int frame = 0; frame < 4; ++frame) clip.select(2, frame).fill_(frame / 5.0);

  const Image image = decoded(draw_grid({clip}, plain()));

  ASSERT_EQ(image.width_px, kGapPx + 2 * (112 + kGapPx));
  EXPECT_THAT(pixel(image, kGapPx, kGapPx), ElementsAre(51, 51, 51));
  EXPECT_THAT(pixel(image, 2 * kGapPx + 112, kGapPx), ElementsAre(102, 102, 102));
}

}  // namespace
}  // namespace yardstick::cli
