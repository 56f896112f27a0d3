#include "models/layers/patch_embed.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/randn.h>

#include <gmock/gmock.h>

namespace yardstick::layers {
namespace {

using testing::ElementsAre;

Convolution filled(const PatchEmbedConfig& config) {
  Convolution convolution(config);
  convolution.weight.data().normal_();
  if (convolution.bias.defined()) convolution.bias.data().normal_();
  return convolution;
}

// What a GPU computes must be what a CPU does.
void expect_product_is_the_convolution(const PatchEmbedConfig& config, const at::Tensor& x) {
  const Convolution convolution = filled(config);
  const auto grid = convolution.disjoint_grid(x);
  ASSERT_TRUE(grid.has_value());

  const at::Tensor product = convolution.multiply_patches(x);

  const at::Tensor expected = convolution.forward(x).flatten(2).transpose(1, 2);
  EXPECT_TRUE(at::allclose(product, expected, 1e-5, 1e-4));
  EXPECT_TRUE(product.is_contiguous());
}

TEST(PatchEmbedTest, DisjointPatchesOfAnImageAreOneProduct) {
  const PatchEmbedConfig config{
      .width = 24, .kernel = {4, 2}, .stride = {4, 2}, .padding = {0, 0}, .has_bias = true};
  const at::Tensor image = at::randn({2, 3, 12, 10});

  expect_product_is_the_convolution(config, image);
  expect_product_is_the_convolution(config, image.contiguous(at::MemoryFormat::ChannelsLast));
}

TEST(PatchEmbedTest, DisjointPatchesOfAClipAreOneProduct) {
  expect_product_is_the_convolution({.width = 8,
                                     .kernel = {2, 4, 4},
                                     .stride = {2, 4, 4},
                                     .padding = {0, 0, 0},
                                     .has_bias = false},
                                    at::randn({2, 3, 4, 8, 12}));
}

TEST(PatchEmbedTest, PatchesThatOverlapOrLeaveARestAreNoProduct) {
  const at::Tensor image = at::randn({1, 3, 16, 16});
  const auto grid = [&](std::vector<std::int64_t> kernel, std::vector<std::int64_t> stride,
                        std::vector<std::int64_t> padding) {
    return Convolution({.width = 4, .kernel = kernel, .stride = stride, .padding = padding})
        .disjoint_grid(image);
  };

  EXPECT_THAT(*grid({4, 8}, {4, 8}, {0, 0}), ElementsAre(4, 2));
  EXPECT_FALSE(grid({7, 7}, {4, 4}, {3, 3}));
  EXPECT_FALSE(grid({4, 4}, {4, 4}, {2, 2}));
  EXPECT_FALSE(grid({3, 3}, {3, 3}, {0, 0}));
}

}  // namespace
}  // namespace yardstick::layers
