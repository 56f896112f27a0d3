#include "models/mae_st/mae_st_model.h"
#include "models/mae_st/video_config.h"
#include "models/mae_st/video_mae.h"
#include "models/mae_st/video_patches.h"
#include "tests/models/built.h"
#include "tests/models/keeping_tap.h"
#include "tests/support/throws_error.h"

#include <yardstick/masked_pretrainer.h>

#include <ATen/ATen.h>

#include <gmock/gmock.h>

#include <string>

namespace yardstick {
namespace {

using test::batch_of;
using test::build_model;
using test::KeepingTap;
using test::ThrowsError;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

// mae_st_test: 4 frames of 32 px in patches of 2 x 8 x 8, so 2 steps of 16 tokens.
constexpr std::int64_t kTokens = 32;
constexpr double kRatio = 0.75;  // keeps 8

at::Tensor clips(std::int64_t batch) { return at::randn({batch, 3, 4, 32, 32}); }
// The order in which tokens are kept: 0, 1, 2, ...
at::Tensor first_tokens_kept(std::int64_t batch) {
  return at::linspace(0.0, 0.9, kTokens).expand({batch, kTokens});
}

MaskedPretrainer& pretrainer_of(Model& model) { return *model.capability<MaskedPretrainer>(); }

TEST(VideoVitTest, FollowsTheClipsSize) {
  const auto model = build_model("mae_st_vit_test", {{"frames", "6"}, {"img_size", "48"}});

  EXPECT_THAT(model->info().input_shape, ElementsAre(3, 6, 48, 48));
  EXPECT_EQ(model->info().preprocessing.crop_px, 48);
  EXPECT_THAT(model->forward(batch_of(at::randn({2, 3, 6, 48, 48}))).logits.sizes().vec(),
              ElementsAre(2, 10));
}

TEST(VideoVitTest, RefusesOtherClipsAndSizesThatDoNotFit) {
  const auto model = build_model("mae_st_vit_test");

  EXPECT_THAT(
      [&] { model->forward(batch_of(at::randn({2, 3, 32, 32}))); },
      ThrowsError(ErrorKind::kUser, AllOf(HasSubstr("mae_st_vit_test takes [N, 3, 4, 32, 32]"),
                                          HasSubstr("[2, 3, 32, 32]"))));
  EXPECT_THAT([] { build_model("mae_st_vit_test", {{"frames", "5"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("5 frames are no multiple")));
  EXPECT_THAT([] { build_model("mae_st_vit_test", {{"img_size", "30"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("30 is no multiple of patch size 8")));
}

TEST(VideoVitTest, DropsFeaturesInTrainingOnly) {
  const auto model = build_model("mae_st_vit_test", {{"dropout", "0.5"}});
  const at::Tensor video = clips(2);

  model->module().eval();
  const at::Tensor calm = model->forward(batch_of(video)).logits;
  const at::Tensor calm_again = model->forward(batch_of(video)).logits;
  model->module().train();
  const at::Tensor dropped = model->forward(batch_of(video)).logits;

  EXPECT_TRUE(at::equal(calm, calm_again));
  EXPECT_FALSE(at::allclose(calm, dropped, 1e-3, 1e-4));
}

TEST(VideoVitTest, TakesAProbesHead) {
  const auto model = build_model("mae_st_vit_test");

  model->capability<ReplaceableHead>()->use_linear_probe_head();

  EXPECT_TRUE(state_of(model->module()).contains("head.1.weight"));
  EXPECT_FALSE(state_of(model->module()).contains("head.weight"));
  EXPECT_THAT(model->forward(batch_of(clips(2))).logits.sizes().vec(), ElementsAre(2, 10));
}

TEST(VideoMaeTest, GivesTheMeanOfAllPatchTokensAsFeatures) {
  const auto model = build_model("mae_st_test");
  KeepingTap tap;

  const ModelOutput output = model->forward(batch_of(clips(2)), &tap);

  const at::Tensor tokens = tap["norm"];
  EXPECT_FALSE(output.logits.defined());
  EXPECT_EQ(tokens.size(1), 1 + kTokens);
  EXPECT_TRUE(at::allclose(output.features, tokens.slice(1, 1).mean(1)));
}

TEST(VideoMaeTest, ShowsTheEncoderKeptTokensOnly) {
  const auto model = build_model("mae_st_test");
  const at::Tensor video = clips(2);
  at::Tensor other_tail = video.clone();
  other_tail.slice(2, 2).normal_();  // the second step, all of it removed
  KeepingTap tap;
  KeepingTap other;

  pretrainer_of(*model).pretrain(video, first_tokens_kept(2), kRatio, &tap);
  pretrainer_of(*model).pretrain(other_tail, first_tokens_kept(2), kRatio, &other);

  EXPECT_THAT(tap["blocks.0"].sizes().vec(), ElementsAre(2, 1 + 8, 32));
  EXPECT_THAT(tap["latent"].sizes().vec(), ElementsAre(2, 8, 32));
  EXPECT_TRUE(at::equal(tap["latent"], other["latent"]));
  EXPECT_TRUE(at::equal(tap["pred"], other["pred"]));
  EXPECT_FALSE(at::equal(tap["loss"], other["loss"]));
}

TEST(VideoMaeTest, KeepsThePapersTenthByDefault) {
  const auto model = build_model("mae_st_test");

  EXPECT_EQ(pretrainer_of(*model).mask_units(), kTokens);
  EXPECT_EQ(pretrainer_of(*model).default_mask_ratio(), 0.9);
}

TEST(VideoMaeTest, RefusesNoiseOfAnotherShape) {
  const auto model = build_model("mae_st_test");

  EXPECT_THAT([&] { pretrainer_of(*model).pretrain(clips(2), at::rand({2, 16}), kRatio, nullptr); },
              ThrowsError(ErrorKind::kUser, AllOf(HasSubstr("[2, 32]"), HasSubstr("[2, 16]"))));
}

TEST(VideoMaeTest, SpreadsPredictedFramesAsTheOfficialCodeDoes) {
  EXPECT_THAT(predicted_frames(16, 8), ElementsAre(0, 2, 4, 6, 8, 10, 12, 15));
  EXPECT_THAT(predicted_frames(8, 4), ElementsAre(0, 2, 4, 7));
  EXPECT_THAT(predicted_frames(4, 4), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(predicted_frames(4, 1), ElementsAre(0));
}

// Of 4 frames, 0 and 3 are predicted. With the first 8 tokens kept, the upper half of frames 0 and
// 1 is kept.
TEST(VideoMaeReconstructionTest, PastesPredictedFramesWherePixelsWereRemoved) {
  const auto model = build_model("mae_st_test", {{"norm_pix_loss", "false"}});
  const at::Tensor video = clips(2);
  KeepingTap tap;
  pretrainer_of(*model).pretrain(video, first_tokens_kept(2), kRatio, &tap);

  const Reconstruction pictures =
      pretrainer_of(*model).reconstruct(video, first_tokens_kept(2), kRatio);

  const auto frames = [](const at::Tensor& x, std::int64_t from, std::int64_t to) {
    return x.slice(2, from, to);
  };
  const at::Tensor& masked = pictures.masked;
  EXPECT_TRUE(at::equal(frames(masked, 0, 2).slice(3, 0, 16), frames(video, 0, 2).slice(3, 0, 16)));
  EXPECT_EQ(frames(masked, 0, 2).slice(3, 16).abs().max().item<float>(), 0);
  EXPECT_EQ(frames(masked, 2, 4).abs().max().item<float>(), 0);

  const at::Tensor& filled = pictures.reconstructed;
  const at::Tensor predicted =
      join_patches(tap["pred"], {.frames = 1, .px = 8}, 32);  // frames 0 and 3
  EXPECT_TRUE(at::equal(frames(filled, 1, 3), frames(video, 1, 3)));
  EXPECT_TRUE(at::equal(frames(filled, 0, 1).slice(3, 0, 16), frames(video, 0, 1).slice(3, 0, 16)));
  EXPECT_TRUE(at::allclose(frames(filled, 0, 1).slice(3, 16), frames(predicted, 0, 1).slice(3, 16),
                           1e-5, 1e-6));
  EXPECT_TRUE(at::allclose(frames(filled, 3, 4), frames(predicted, 1, 2), 1e-5, 1e-6));
}

TEST(VideoMaeReconstructionTest, GivesNormalisedPatchesTheirScaleBack) {
  const auto model = build_model("mae_st_test");
  const at::Tensor video = 0.1 * clips(1) + 5.0;
  KeepingTap tap;
  pretrainer_of(*model).pretrain(video, first_tokens_kept(1), kRatio, &tap);

  const at::Tensor filled =
      pretrainer_of(*model).reconstruct(video, first_tokens_kept(1), kRatio).reconstructed;

  const at::Tensor truth = tap["target"].select(1, kTokens - 1);  // [1, 8 * 8 * 3]
  const at::Tensor expected =
      tap["pred"].select(1, kTokens - 1) * (truth.var(-1) + 1e-6).sqrt().unsqueeze(-1) +
      truth.mean(-1, true);
  const at::Tensor last = filled.select(2, 3).slice(2, 24).slice(3, 24);  // [1, 3, 8, 8]
  EXPECT_TRUE(at::allclose(last, expected.view({1, 8, 8, 3}).permute({0, 3, 1, 2}), 1e-4, 1e-4));
}

TEST(VideoPatchesTest, EmbedsAsAConvolutionOfItsStride) {
  const VideoEncoderConfig config{
      .frames = 4, .image_px = 24, .patch_frames = 2, .patch_px = 8, .width = 5};
  VideoPatchEmbed embed(config);
  const at::NoGradGuard no_grad;
  for (const auto& parameter : embed.parameters()) parameter.normal_();
  const at::Tensor video = at::randn({2, 3, 4, 24, 24});
  const TensorMap state = state_of(embed);

  const at::Tensor tokens =
      embed.forward(cut_patches(video, {.frames = 2, .px = 8}, PatchOrder::kChannelFirst));

  const at::Tensor grid = at::conv3d(video, state.at("proj.weight"), state.at("proj.bias"),
                                     /*stride=*/{2, 8, 8});  // [2, 5, 2, 3, 3]
  EXPECT_TRUE(at::allclose(tokens, grid.flatten(2).transpose(1, 2), 1e-4, 1e-4));
}

TEST(VideoPatchesTest, JoinsWhatWasCut) {
  const at::Tensor video = at::randn({2, 3, 6, 24, 24});
  const ClipPatch patch{.frames = 3, .px = 8};

  const at::Tensor patches = cut_patches(video, patch, PatchOrder::kChannelLast);

  EXPECT_THAT(patches.sizes().vec(), ElementsAre(2, 2 * 9, 3 * 64 * 3));
  // Token (step 1, row 0, column 2), its frame 2, row 4, column 5.
  const at::Tensor token = patches.select(1, 9 + 2).view({2, 3, 8, 8, 3});
  EXPECT_TRUE(at::equal(token.select(1, 2).select(1, 4).select(1, 5),
                        video.select(2, 3 + 2).select(2, 4).select(2, 16 + 5)));
  EXPECT_TRUE(at::equal(join_patches(patches, patch, 24), video));
}

TEST(VideoConfigTest, ExplainsWhatDoesNotFit) {
  VideoMaeConfig frames;
  frames.predicted_frames = 6;
  VideoMaeConfig decoder;
  decoder.decoder_heads = 7;
  VideoVitConfig classes;
  classes.classes = 0;

  EXPECT_THAT(problem_of(frames), Optional(HasSubstr("predicting 6 of 16 frames")));
  EXPECT_THAT(problem_of(decoder), Optional(HasSubstr("decoder: width 512")));
  EXPECT_THAT(problem_of(classes), Optional(HasSubstr("classes")));
  EXPECT_EQ(problem_of(VideoMaeConfig{}), std::nullopt);
}

}  // namespace
}  // namespace yardstick
