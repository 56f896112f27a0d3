#include "models/hiera/hiera_config.h"
#include "models/hiera/hiera_model.h"
#include "tests/models/built.h"
#include "tests/models/keeping_tap.h"
#include "tests/support/throws_error.h"

#include <yardstick/feature_pyramid.h>

#include <ATen/ATen.h>
#include <torch/nn/module.h>

#include <gmock/gmock.h>

#include <utility>

namespace yardstick {
namespace {

using test::batch_of;
using test::build_model;
using test::ThrowsError;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(HieraTest, FollowsTheImageSize) {
  const auto model = build_model("hiera_test", {{"img_size", "96"}});

  EXPECT_THAT(model->info().input_shape, ElementsAre(3, 96, 96));
  EXPECT_THAT(model->forward(batch_of(at::randn({2, 3, 96, 96}))).logits.sizes().vec(),
              ElementsAre(2, 10));
}

TEST(HieraTest, RefusesSizesThatWindowsDoNotDivide) {
  EXPECT_THAT([] { build_model("hiera_test", {{"img_size", "80"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("80 is no multiple of 32")));
}

TEST(HieraTest, RecordsStagesInSpace) {
  const auto model = build_model("hiera_test");
  test::KeepingTap tap;

  model->forward(batch_of(at::randn({1, 3, 64, 64})), &tap);

  EXPECT_THAT(tap["intermediates.0"].sizes().vec(), ElementsAre(1, 16, 16, 16));
  EXPECT_THAT(tap["intermediates.3"].sizes().vec(), ElementsAre(1, 2, 2, 128));
  EXPECT_THAT(tap["blocks.1.attn.qkv"].sizes().vec(), ElementsAre(1, 256, 3 * 32));
}

TEST(HieraTest, GivesStagesAsAFeaturePyramid) {
  const auto model = build_model("hiera_test");
  model->module().eval();
  auto* pyramid = model->capability<FeaturePyramid>();
  ASSERT_NE(pyramid, nullptr);
  const at::Tensor image = at::randn({2, 3, 64, 64});

  const std::vector<at::Tensor> levels = pyramid->forward_pyramid(image, nullptr);

  ASSERT_EQ(levels.size(), 4U);
  EXPECT_THAT(levels[0].sizes().vec(), ElementsAre(2, 16, 16, 16));
  EXPECT_THAT(levels[1].sizes().vec(), ElementsAre(2, 32, 8, 8));
  EXPECT_THAT(levels[3].sizes().vec(), ElementsAre(2, 128, 2, 2));
  const at::Tensor features = model->forward(batch_of(image)).features;
  const at::Tensor pooled = levels[3].mean(at::IntArrayRef{2, 3});
  EXPECT_TRUE(
      at::allclose(at::layer_norm(pooled, {128}, state_of(model->module()).at("norm.weight"),
                                  state_of(model->module()).at("norm.bias"), 1e-6),
                   features, 1e-4, 1e-5));
}

std::unique_ptr<Model> build(const HieraConfig& config) {
  ModelInfo info;
  info.input_shape = {config.channels, config.input[0], config.input[1]};
  return make_hiera_model(std::move(info), config);
}

// Four equal windows give what one gives alone, though one window takes the packed projection and
// several with many heads the split one.
TEST(HieraTest, AttendsWithinWindowsOnly) {
  at::manual_seed(7);
  HieraConfig config;
  config.input = {64, 64};
  config.classes = 3;
  config.width = 8;
  config.heads = 2;
  config.pooled_stages = 0;
  config.width_factor = 1.0;
  config.heads_factor = 1.0;
  config.is_windowed = {true, true, true, true};
  const auto windowed = build(config);
  config.input = {32, 32};
  const auto one_window = build(config);
  TensorMap weights = state_of(windowed->module());
  weights["pos_embed"] = at::zeros({1, 256, 8});
  windowed->load_weights(weights, {});
  weights["pos_embed"] = at::zeros({1, 64, 8});
  one_window->load_weights(weights, {});
  // Patches overlap their neighbours by 3 px, which are kept 0.
  const at::Tensor tile = at::constant_pad_nd(at::randn({1, 3, 26, 26}), {3, 3, 3, 3});

  const at::Tensor tiled = windowed->forward(batch_of(tile.repeat({1, 1, 2, 2}))).features;
  const at::Tensor alone = one_window->forward(batch_of(tile)).features;

  EXPECT_TRUE(at::allclose(tiled, alone, 1e-4, 1e-5));
}

}  // namespace
}  // namespace yardstick
