#include "cli/token_picture.h"

#include <ATen/ATen.h>

#include <gmock/gmock.h>

namespace yardstick::cli {
namespace {

Preprocessing plain() {
  Preprocessing preprocessing;
  preprocessing.mean = {0, 0, 0};
  preprocessing.std = {1, 1, 1};
  return preprocessing;
}

TEST(TokenOfPatchesTest, LeavesSpecialTokensOutAndMarksDroppedPatches) {
  TokenLayout layout;
  layout.special = 1;
  layout.grid = {2, 2};
  const at::Tensor source = at::zeros({1, 3, 5});
  source[0][0][0] = 1;  // class token
  source[0][1][1] = source[0][1][4] = 1;
  source[0][2][2] = 1;

  const at::Tensor tokens = token_of_patches(source, layout);

  EXPECT_TRUE(at::equal(tokens, at::tensor({1, 2, -1, 1}, at::kLong).view({1, 2, 2})));
}

TEST(DrawTokensTest, FillsAGroupWithItsMeanAndDrawsItsBorder) {
  at::Tensor image = at::zeros({1, 3, 16, 16});
  image.slice(3, 0, 8).fill_(0.2);   // left patches
  image.slice(3, 8, 16).fill_(0.6);  // right ones
  const at::Tensor tokens = at::tensor({0, 0, 1, -1}, at::kLong).view({1, 2, 2});

  const at::Tensor drawn = draw_tokens(image, tokens, plain());

  ASSERT_EQ(drawn.sizes(), image.sizes());
  const auto pixel = [&](std::int64_t y, std::int64_t x) {
    return drawn.select(0, 0).select(1, y).select(1, x);  // [3]
  };
  // The upper two are one token, whose middle has no border.
  EXPECT_TRUE(at::allclose(pixel(3, 3), at::full({3}, 0.4)));
  EXPECT_TRUE(at::allclose(pixel(3, 8), at::full({3}, 0.4)));
  EXPECT_TRUE(at::allclose(pixel(12, 3), at::full({3}, 0.2)));
  EXPECT_TRUE(at::equal(pixel(12, 12), at::zeros({3})));
  EXPECT_TRUE(at::equal(pixel(15, 15), at::zeros({3})));
  EXPECT_TRUE(at::equal(pixel(0, 3), pixel(7, 12)));  // one colour a token
  EXPECT_FALSE(at::equal(pixel(7, 3), pixel(8, 3)));  // and another beside it
  EXPECT_FALSE(at::allclose(pixel(0, 3), pixel(3, 3)));
}

TEST(DrawTokensTest, KeepsTokensOfClipsTogetherOverTime) {
  at::Tensor clip = at::zeros({1, 3, 4, 8, 8});
  for (int frame = 0; frame < 4; ++frame) clip.select(2, frame).fill_(0.1 * frame);
  const at::Tensor tokens = at::tensor({0, 1}, at::kLong).view({1, 2, 1, 1});

  const at::Tensor drawn = draw_tokens(clip, tokens, plain());

  EXPECT_TRUE(at::allclose(drawn.select(2, 0).select(2, 4).select(2, 4), at::full({1, 3}, 0.05)));
  EXPECT_TRUE(at::allclose(drawn.select(2, 3).select(2, 4).select(2, 4), at::full({1, 3}, 0.25)));
}

}  // namespace
}  // namespace yardstick::cli
