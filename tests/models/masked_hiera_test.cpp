#include "models/hiera/masked_hiera_config.h"
#include "models/hiera/masked_hiera_model.h"
#include "models/hiera/masked_pixels.h"
#include "tests/models/built.h"
#include "tests/models/keeping_tap.h"
#include "tests/support/throws_error.h"

#include <yardstick/masked_pretrainer.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/nn/module.h>

#include <gmock/gmock.h>

#include <string>
#include <utility>

namespace yardstick {
namespace {

using test::build_model;
using test::KeepingTap;
using test::ThrowsError;
using testing::ElementsAre;
using testing::Eq;
using testing::HasSubstr;
using testing::Optional;

MaskedHieraConfig clip_config() {
  MaskedHieraConfig config;
  config.encoder.input = {4, 64, 64};
  config.encoder.pool_stride = {1, 2, 2};
  config.encoder.mask_unit = {1, 8, 8};
  config.encoder.patch_kernel = {3, 7, 7};
  config.encoder.patch_stride = {2, 4, 4};
  config.encoder.patch_padding = {1, 3, 3};
  config.encoder.positions = HieraPositions::kSeparate;
  return config;
}

// Keeps unit 2 of the four of a 64 px image at a ratio of 0.75.
at::Tensor keep_the_third() { return at::tensor({0.9F, 0.5F, 0.1F, 0.7F}).view({1, 4}); }

struct Built {
  std::unique_ptr<Model> model;
  MaskedPretrainer& pretrainer;
};

Built build(const std::string& name = "mae_hiera_test") {
  at::manual_seed(3);
  std::unique_ptr<Model> model = build_model(name);
  model->module().eval();
  MaskedPretrainer& pretrainer = *model->capability<MaskedPretrainer>();
  return {std::move(model), pretrainer};
}

TEST(MaskedHieraConfigTest, DefaultsAreThoseOfHieraBase) {
  const MaskedHieraConfig config;

  EXPECT_THAT(problem_of(config), Eq(std::nullopt));
  EXPECT_EQ(config.units(), 49);
  EXPECT_THAT(config.final_grid(), ElementsAre(14, 14));
  EXPECT_EQ(config.target_values(), 16 * 16 * 3);
}

TEST(MaskedHieraConfigTest, CountsUnitsOfClips) {
  EXPECT_THAT(problem_of(clip_config()), Eq(std::nullopt));
  EXPECT_THAT(clip_config().unit_grid(), ElementsAre(2, 2, 2));
  EXPECT_THAT(clip_config().unit_px(), ElementsAre(2, 32, 32));
  EXPECT_THAT(clip_config().final_unit(), ElementsAre(1, 2, 2));
  EXPECT_EQ(clip_config().target_frames(), 2);
}

TEST(MaskedHieraConfigTest, ExplainsWhatDoesNotFit) {
  MaskedHieraConfig one_unit;
  one_unit.encoder.input = {32, 32};
  MaskedHieraConfig unit;
  unit.encoder.mask_unit = {7, 7};
  MaskedHieraConfig pools;
  pools.encoder.mask_unit = {2, 2};
  pools.encoder.is_windowed = {false, false, false, false};
  MaskedHieraConfig time = clip_config();
  time.encoder.input = {16, 64, 64};
  time.encoder.pool_stride = {2, 2, 2};
  time.encoder.mask_unit = {8, 8, 8};
  MaskedHieraConfig heads;
  heads.decoder_heads = 5;

  EXPECT_THAT(problem_of(one_unit), Optional(HasSubstr("one mask unit")));
  EXPECT_THAT(problem_of(unit), Optional(HasSubstr("mask unit of 7")));
  EXPECT_THAT(problem_of(pools), Optional(HasSubstr("2 pooling transitions")));
  EXPECT_THAT(problem_of(time), Optional(HasSubstr("over time")));
  EXPECT_THAT(problem_of(heads), Optional(HasSubstr("5 heads")));
}

TEST(MaskedPixelsTest, OrdersTheValuesOfImagesByChannel) {
  MaskedHieraConfig config;
  config.encoder.input = {64, 64};
  const at::Tensor image = at::randn({2, 3, 64, 64});

  const at::Tensor targets = to_targets(config, image);

  const at::Tensor square = image[1].slice(1, 16, 32).slice(2, 48, 64);  // token 7 of 4 x 4
  EXPECT_TRUE(at::equal(targets[1][7], square.flatten()));
  EXPECT_TRUE(at::equal(from_targets(config, targets), image));
}

TEST(MaskedPixelsTest, TakesTheFirstFrameOfClipsWithChannelsInnermost) {
  const MaskedHieraConfig config = clip_config();
  const at::Tensor clip = at::randn({1, 3, 4, 64, 64});

  const at::Tensor targets = to_targets(config, clip);

  const at::Tensor square = clip[0].select(1, 2).slice(1, 0, 16).slice(2, 16, 32);  // token 16 + 1
  EXPECT_TRUE(at::equal(targets[0][17], square.permute({1, 2, 0}).flatten()));
  const at::Tensor back = from_targets(config, targets);
  EXPECT_TRUE(at::equal(back.select(2, 2), clip.select(2, 2)));
  EXPECT_TRUE(at::equal(back.select(2, 3), clip.select(2, 2)));
}

TEST(MaskedHieraTest, EncodesKeptUnitsOnly) {
  const Built built = build();
  KeepingTap tap;

  built.pretrainer.pretrain(at::randn({1, 3, 64, 64}), keep_the_third(), 0.75, &tap);

  EXPECT_THAT(tap["blocks.0"].sizes().vec(), ElementsAre(1, 64, 16));
  EXPECT_THAT(tap["latent"].sizes().vec(), ElementsAre(1, 1, 2, 2, 128));
  EXPECT_THAT(tap["pred"].sizes().vec(), ElementsAre(12, 16 * 16 * 3));
  EXPECT_TRUE(at::equal(tap["mask"], at::tensor({0.0F, 0.0F, 1.0F, 0.0F}).view({1, 4})));
}

TEST(MaskedHieraTest, NeverSeesRemovedPixels) {
  const Built built = build();
  const at::Tensor image = at::randn({1, 3, 64, 64});
  at::Tensor other_removed = image.clone();
  other_removed.slice(2, 0, 32).normal_();  // units 0 and 1; patches overlap their edge
  at::Tensor other_kept = image.clone();
  other_kept.slice(2, 32, 64).slice(3, 0, 32).normal_();
  KeepingTap tap;
  KeepingTap same;
  KeepingTap different;

  built.pretrainer.pretrain(image, keep_the_third(), 0.75, &tap);
  built.pretrainer.pretrain(other_removed, keep_the_third(), 0.75, &same);
  built.pretrainer.pretrain(other_kept, keep_the_third(), 0.75, &different);

  EXPECT_TRUE(at::equal(tap["pred"], same["pred"]));
  EXPECT_FALSE(at::equal(tap["label"], same["label"]));
  EXPECT_FALSE(at::allclose(tap["latent"], different["latent"]));
}

TEST(MaskedHieraTest, PutsThePatchMeanWhereItPredictsZero) {
  const Built built = build();
  TensorMap state = state_of(built.model->module());
  const at::NoGradGuard no_grad;
  state.at("decoder_pred.weight").zero_();
  state.at("decoder_pred.bias").zero_();
  const at::Tensor image = at::randn({1, 3, 64, 64});

  const Reconstruction pictures = built.pretrainer.reconstruct(image, keep_the_third(), 0.75);

  const at::Tensor kept = image.slice(2, 32, 64).slice(3, 0, 32);
  EXPECT_TRUE(at::equal(pictures.masked.slice(2, 32, 64).slice(3, 0, 32), kept));
  EXPECT_TRUE(at::equal(pictures.reconstructed.slice(2, 32, 64).slice(3, 0, 32), kept));
  EXPECT_EQ(pictures.masked.count_nonzero().item<std::int64_t>(), kept.numel());
  const at::Tensor patch = pictures.reconstructed.slice(2, 0, 16).slice(3, 0, 16);
  const at::Tensor mean = image.slice(2, 0, 16).slice(3, 0, 16).mean();
  EXPECT_TRUE(at::allclose(patch, mean.expand_as(patch), 1e-4, 1e-5));
}

TEST(MaskedHieraTest, ReconstructsClips) {
  MaskedHieraConfig config = clip_config();
  config.encoder.width = 8;
  config.encoder.stages = {1, 1, 1, 1};
  config.decoder_width = 16;
  config.decoder_depth = 1;
  config.decoder_heads = 2;
  ModelInfo info;
  info.input_shape = {3, 4, 64, 64};
  const auto model = make_masked_hiera_model(std::move(info), config);
  auto* pretrainer = model->capability<MaskedPretrainer>();
  const at::Tensor clip = at::randn({2, 3, 4, 64, 64});

  const Reconstruction pictures =
      pretrainer->reconstruct(clip, at::rand({2, pretrainer->mask_units()}), 0.75);

  EXPECT_EQ(pictures.masked.sizes(), clip.sizes());
  EXPECT_EQ(pictures.reconstructed.sizes(), clip.sizes());
}

TEST(MaskedHieraTest, ComputesFeaturesOfWholeInputs) {
  const Built built = build();

  const ModelOutput output = built.model->forward(test::batch_of(at::randn({2, 3, 64, 64})));

  EXPECT_THAT(output.features.sizes().vec(), ElementsAre(2, 128));
  EXPECT_FALSE(output.logits.defined());
}

TEST(MaskedHieraTest, MasksDigitsInSixteenUnits) {
  const Built built = build("mae_hiera_nano_32");
  KeepingTap tap;

  built.pretrainer.pretrain(at::randn({3, 3, 32, 32}), at::rand({3, 16}), 0.6, &tap);

  EXPECT_THAT(tap["latent"].sizes().vec(), ElementsAre(3, 6, 1, 1, 256));
  EXPECT_THAT(tap["pred"].sizes().vec(), ElementsAre(3 * 10, 8 * 8 * 3));
}

TEST(MaskedHieraTest, RefusesNoiseAndRatiosThatDoNotFit) {
  const Built built = build();
  const at::Tensor image = at::randn({2, 3, 64, 64});

  EXPECT_THAT([&] { built.pretrainer.pretrain(image, at::rand({2, 9}), 0.5, nullptr); },
              ThrowsError(ErrorKind::kUser, HasSubstr("noise of shape [2, 4], not [2, 9]")));
  EXPECT_THAT([&] { built.pretrainer.pretrain(image, at::rand({2, 4}), 0.8, nullptr); },
              ThrowsError(ErrorKind::kUser, HasSubstr("keeps 0 of 4")));
}

}  // namespace
}  // namespace yardstick
