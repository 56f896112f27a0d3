#include "models/hiera/sam2_config.h"
#include "models/hiera/sam2_model.h"
#include "tests/models/built.h"
#include "tests/support/throws_error.h"

#include <yardstick/feature_pyramid.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/nn/module.h>

#include <gmock/gmock.h>

namespace yardstick {
namespace {

using test::build_model;
using test::ThrowsError;
using testing::ElementsAre;
using testing::Eq;
using testing::HasSubstr;
using testing::Optional;

TEST(Sam2ConfigTest, AttendsAtTransitionsInTheWindowsOfTheStageBefore) {
  Sam2Config config;
  config.stages = {1, 2, 3, 1};
  config.global_blocks = {4};

  const std::vector<Sam2BlockConfig> blocks = plan_blocks(config);

  std::vector<std::int64_t> windows;
  std::vector<std::int64_t> strides;
  for (const Sam2BlockConfig& block : blocks) {
    windows.push_back(block.window);
    strides.push_back(block.pool_stride);
  }
  EXPECT_THAT(problem_of(config), Eq(std::nullopt));
  EXPECT_THAT(windows, ElementsAre(8, 8, 4, 4, 0, 14, 14));
  EXPECT_THAT(strides, ElementsAre(1, 2, 1, 2, 1, 1, 2));
}

TEST(Sam2ConfigTest, ExplainsWhatDoesNotFit) {
  Sam2Config odd;
  odd.windows = {8, 5, 14, 7};
  Sam2Config global;
  global.global_blocks = {24};
  Sam2Config heads;
  heads.heads = 5;

  EXPECT_THAT(problem_of(odd), Optional(HasSubstr("windows of 5")));
  EXPECT_THAT(problem_of(global), Optional(HasSubstr("block 24")));
  EXPECT_THAT(problem_of(heads), Optional(HasSubstr("5 heads")));
}

TEST(Sam2TrunkTest, GivesLevelsOfInputsOfAnySize) {
  const auto model = build_model("sam2_hiera_test");
  auto* pyramid = model->capability<FeaturePyramid>();
  ASSERT_NE(pyramid, nullptr);

  const std::vector<at::Tensor> levels =
      pyramid->forward_pyramid(at::randn({2, 3, 96, 160}), nullptr);

  ASSERT_EQ(levels.size(), 4U);
  EXPECT_THAT(levels[0].sizes().vec(), ElementsAre(2, 16, 24, 40));
  EXPECT_THAT(levels[1].sizes().vec(), ElementsAre(2, 32, 12, 20));
  EXPECT_THAT(levels[3].sizes().vec(), ElementsAre(2, 128, 3, 5));
}

TEST(Sam2TrunkTest, RefusesSizesThatItsStridesDoNotDivide) {
  const auto model = build_model("sam2_hiera_test");

  EXPECT_THAT([&] { model->forward(test::batch_of(at::randn({1, 3, 96, 80}))); },
              ThrowsError(ErrorKind::kUser, HasSubstr("multiples of 32, not [1, 3, 96, 80]")));
}

TEST(Sam2TrunkTest, IsTheSameInPlace) {
  at::manual_seed(5);
  const auto model = build_model("sam2_hiera_test");
  model->module().eval();
  const at::Tensor image = at::randn({1, 3, 96, 128});
  const at::Tensor with_graph = model->forward(test::batch_of(image)).features;

  const at::NoGradGuard no_grad;
  const at::Tensor in_place = model->forward(test::batch_of(image)).features;

  EXPECT_TRUE(with_graph.requires_grad());
  EXPECT_TRUE(at::allclose(in_place, with_graph, 1e-5, 1e-6));
}

}  // namespace
}  // namespace yardstick
