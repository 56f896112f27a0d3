#include "models/layers/pos_embed.h"

#include "tests/support/throws_error.h"

#include <ATen/ATen.h>

#include <gmock/gmock.h>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(ResizePosEmbedTest, KeepsPrefixTokensAndAConstantField) {
  const at::Tensor positions = at::cat({at::randn({1, 2, 4}), at::full({1, 9, 4}, 0.25)}, 1);

  const at::Tensor resized = layers::resize_pos_embed(positions, 2, {5, 7});

  EXPECT_THAT(resized.sizes().vec(), ElementsAre(1, 2 + 35, 4));
  EXPECT_TRUE(at::equal(resized.slice(1, 0, 2), positions.slice(1, 0, 2)));
  EXPECT_TRUE(at::allclose(resized.slice(1, 2), at::full({1, 35, 4}, 0.25)));
}

TEST(ResizePosEmbedTest, LaysCornersOrBordersUponOneAnother) {
  const at::Tensor positions = at::randn({1, 9, 4});
  const at::Tensor corner = positions.select(1, 0);

  const at::Tensor by_corners =
      layers::resize_pos_embed(positions, 0, {5, 5}, layers::GridAlignment::kCorners);
  const at::Tensor by_borders = layers::resize_pos_embed(positions, 0, {5, 5});

  EXPECT_TRUE(at::allclose(by_corners.select(1, 0), corner, 1e-4, 1e-5));
  EXPECT_FALSE(at::allclose(by_borders.select(1, 0), corner, 1e-4, 1e-5));
}

TEST(ResizePosEmbedTest, RefusesGridsThatAreNotSquare) {
  EXPECT_THAT([] { layers::resize_pos_embed(at::randn({1, 1 + 6, 4}), 1, {4, 4}); },
              ThrowsError(ErrorKind::kData, HasSubstr("[1, 7, 4]")));
}

}  // namespace
}  // namespace yardstick
