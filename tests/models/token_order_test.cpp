#include "models/hiera/token_order.h"

#include <ATen/ATen.h>

#include <gmock/gmock.h>

namespace yardstick {
namespace {

TEST(TokenOrderTest, StridesPoolingGroupsOverTheOuterDimension) {
  const TokenOrder order({4, 8}, {2, 2}, 2);
  const at::Tensor image = at::randn({2, 3, 4, 8});
  const at::Tensor tokens = image.flatten(2).transpose(1, 2);

  const at::Tensor pooled = order.unroll(tokens).view({2, 4, 8, 3}).amax(1);

  const at::Tensor expected = at::max_pool2d(image, {2, 2}).permute({0, 2, 3, 1});
  EXPECT_TRUE(at::equal(order.reroll(pooled, 1), expected));
}

TEST(TokenOrderTest, RerollUndoesUnroll) {
  const TokenOrder order({2, 8, 12}, {1, 2, 2}, 2);
  const at::Tensor tokens = at::randn({2, 2 * 8 * 12, 5});

  const at::Tensor again = order.reroll(order.unroll(tokens), 0);

  EXPECT_TRUE(at::equal(again, tokens.view({2, 2, 8, 12, 5})));
}

TEST(TokenOrderTest, PutsWindowsInTheInnerIndex) {
  const TokenOrder order({4, 4}, {2, 2}, 1);
  const at::Tensor tokens = at::arange(16).view({1, 16, 1});

  const at::Tensor windows = order.unroll(tokens).view({4, 4});  // [tokens of a window, windows]

  EXPECT_TRUE(at::equal(windows.select(1, 1), at::tensor({2, 3, 6, 7})));
}

}  // namespace
}  // namespace yardstick
