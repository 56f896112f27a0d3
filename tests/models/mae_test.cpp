#include "tests/models/built.h"
#include "tests/models/keeping_tap.h"
#include "tests/support/throws_error.h"

#include <yardstick/masked_pretrainer.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <gmock/gmock.h>

#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace yardstick {
namespace {

using test::build_model;
using test::KeepingTap;
using test::ThrowsError;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;

constexpr std::int64_t kPatches = 16;
constexpr std::int64_t kPatchPx = 8;

// Noise that keeps patches 9, 2, 12 and 5, in this order.
at::Tensor noise_of_one() {
  at::Tensor noise = at::linspace(0.5, 0.9, kPatches).unsqueeze(0);
  noise[0][9] = 0.1;
  noise[0][2] = 0.2;
  noise[0][12] = 0.3;
  noise[0][5] = 0.4;
  return noise;
}

// Booleans [1, 3, 32, 32]: the pixels of kept patches.
at::Tensor kept_pixels() {
  at::Tensor kept = at::zeros({1, 3, 32, 32}, at::kBool);
  for (const std::int64_t patch : {9, 2, 12, 5}) {
    kept.narrow(2, patch / 4 * kPatchPx, kPatchPx)
        .narrow(3, patch % 4 * kPatchPx, kPatchPx)
        .fill_(true);
  }
  return kept;
}

class MaeTest : public testing::Test {
 protected:
  MaeTest() { at::manual_seed(7); }

  void build(test::Settings settings = {}) {
    model_ = build_model("mae_test", settings);
    pretrainer_ = model_->capability<MaskedPretrainer>();
    ASSERT_NE(pretrainer_, nullptr);
  }

  at::Tensor& parameter(const std::string& name) {
    state_ = state_of(model_->module());
    return state_.at(name);
  }

  at::Tensor pretrain(const at::Tensor& image, const at::Tensor& noise,
                      ActivationTap* tap = nullptr) {
    return pretrainer_->pretrain(image, noise, pretrainer_->default_mask_ratio(), tap);
  }

  const at::NoGradGuard no_grad_;
  std::unique_ptr<Model> model_;
  MaskedPretrainer* pretrainer_ = nullptr;
  TensorMap state_;
};

TEST_F(MaeTest, EncodesKeptPatchesAloneAndDecodesAll) {
  build();
  KeepingTap taps;

  pretrain(at::randn({2, 3, 32, 32}), at::rand({2, kPatches}), &taps);

  EXPECT_THAT(taps["blocks.0"].sizes().vec(), ElementsAre(2, 1 + 4, 32));
  EXPECT_THAT(taps["latent"].sizes().vec(), ElementsAre(2, 1 + 4, 32));
  EXPECT_THAT(taps["decoder_blocks.0"].sizes().vec(), ElementsAre(2, 1 + kPatches, 16));
  EXPECT_THAT(taps["pred"].sizes().vec(), ElementsAre(2, kPatches, 3 * kPatchPx * kPatchPx));
}

TEST_F(MaeTest, NeverSeesRemovedPixels) {
  build();
  const at::Tensor image = at::randn({1, 3, 32, 32});
  const at::Tensor other = at::where(kept_pixels(), image, at::randn({1, 3, 32, 32}));
  KeepingTap taps;
  KeepingTap other_taps;

  pretrain(image, noise_of_one(), &taps);
  pretrain(other, noise_of_one(), &other_taps);

  EXPECT_TRUE(at::equal(taps["latent"], other_taps["latent"]));
  EXPECT_TRUE(at::equal(taps["pred"], other_taps["pred"]));
}

TEST_F(MaeTest, OrdersTheLatentByNoise) {
  build();
  const at::Tensor image = at::randn({1, 3, 32, 32});
  at::Tensor swapped = noise_of_one();
  swapped[0][9] = 0.2;
  swapped[0][2] = 0.1;
  KeepingTap taps;
  KeepingTap swapped_taps;

  pretrain(image, noise_of_one(), &taps);
  pretrain(image, swapped, &swapped_taps);

  const at::Tensor order = at::tensor({0, 2, 1, 3, 4}, at::kLong);
  EXPECT_TRUE(
      at::allclose(taps["latent"].index_select(1, order), swapped_taps["latent"], 1e-4, 1e-5));
  EXPECT_FALSE(at::allclose(taps["latent"], swapped_taps["latent"], 1e-4, 1e-5));
  EXPECT_TRUE(at::allclose(taps["pred"], swapped_taps["pred"], 1e-4, 1e-5));
}

TEST_F(MaeTest, CountsTheLossOfRemovedPatchesOnly) {
  build({{"norm_pix_loss", "false"}});
  parameter("decoder_pred.weight").zero_();
  parameter("decoder_pred.bias").fill_(0.5);
  const at::Tensor image = at::where(kept_pixels(), at::randn({1, 3, 32, 32}), at::tensor(2.0F));

  const at::Tensor loss = pretrain(image, noise_of_one());

  EXPECT_FLOAT_EQ(loss.item<float>(), 1.5F * 1.5F);
}

TEST_F(MaeTest, PredictsNormalisedPatchesByDefault) {
  build();
  parameter("decoder_pred.weight").zero_();
  parameter("decoder_pred.bias").zero_();

  const at::Tensor loss = pretrain(100 * at::randn({1, 3, 32, 32}) + 50, noise_of_one());

  // The mean square of n values whose variance over n - 1 is 1.
  const double values = 3 * kPatchPx * kPatchPx;
  EXPECT_NEAR(loss.item<double>(), (values - 1) / values, 1e-5);
}

TEST_F(MaeTest, ReconstructsRemovedPixelsAndKeepsTheOthers) {
  build({{"norm_pix_loss", "false"}});
  parameter("decoder_pred.weight").zero_();
  parameter("decoder_pred.bias").fill_(0.25);
  const at::Tensor image = at::randn({1, 3, 32, 32});

  const Reconstruction pictures = pretrainer_->reconstruct(image, noise_of_one(), 0.75);

  const at::Tensor kept = kept_pixels();
  EXPECT_TRUE(at::equal(pictures.masked, at::where(kept, image, at::tensor(0.0F))));
  EXPECT_TRUE(at::equal(pictures.reconstructed, at::where(kept, image, at::tensor(0.25F))));
}

TEST_F(MaeTest, PutsEachPixelOfAPredictionInItsPlace) {
  build({{"norm_pix_loss", "false"}});
  parameter("decoder_pred.weight").zero_();
  // Within a patch: row, column, channel.
  parameter("decoder_pred.bias").copy_(at::arange(3 * kPatchPx * kPatchPx));
  const at::Tensor image = at::randn({1, 3, 32, 32});

  const at::Tensor picture = pretrainer_->reconstruct(image, noise_of_one(), 0.75).reconstructed;

  // Patch 7 is in row 1 and column 3; its pixel (2, 5), green.
  EXPECT_EQ(picture[0][1][8 + 2][24 + 5].item<float>(), (2 * kPatchPx + 5) * 3 + 1);
}

TEST_F(MaeTest, GivesNormalisedPredictionsTheirPatchsMeanBack) {
  build();
  parameter("decoder_pred.weight").zero_();
  parameter("decoder_pred.bias").zero_();
  const at::Tensor image = at::randn({1, 3, 32, 32});

  const at::Tensor picture = pretrainer_->reconstruct(image, noise_of_one(), 0.75).reconstructed;

  const at::Tensor patch = image.narrow(2, 8, 8).narrow(3, 24, 8);  // removed
  const at::Tensor drawn = picture.narrow(2, 8, 8).narrow(3, 24, 8);
  EXPECT_TRUE(at::allclose(drawn, patch.mean().expand_as(drawn), 1e-4, 1e-5));
}

TEST_F(MaeTest, HasTheEncoderOfTheClassifier) {
  build();
  const auto classifier = build_model("vit_test");
  classifier->load_weights(state_of(model_->module()), {.reset_head = true});
  const Batch batch = test::batch_of(at::randn({2, 3, 32, 32}));
  KeepingTap taps;

  classifier->forward(batch, &taps);
  const ModelOutput output = model_->forward(batch);

  EXPECT_FALSE(output.logits.defined());
  EXPECT_TRUE(at::allclose(output.features, taps["norm"].slice(1, 1).mean(1), 1e-4, 1e-5));
}

TEST_F(MaeTest, StartsFromFixedPositionsAndScaledWeights) {
  build();
  const auto other = build_model("mae_test");

  const TensorMap state = state_of(model_->module());
  const TensorMap others = state_of(other->module());
  for (const char* name : {"pos_embed", "decoder_pos_embed"}) {
    EXPECT_FALSE(state.at(name).requires_grad());
    EXPECT_TRUE(at::equal(state.at(name), others.at(name)));
  }
  EXPECT_FALSE(at::equal(state.at("mask_token"), others.at("mask_token")));
  EXPECT_TRUE(at::equal(state.at("norm.weight"), at::ones({32})));
}

TEST_F(MaeTest, TakesItsMaskRatioFromTheParameters) {
  build({{"mask_ratio", "0.5"}});

  EXPECT_EQ(pretrainer_->default_mask_ratio(), 0.5);
  EXPECT_EQ(pretrainer_->mask_units(), kPatches);
}

TEST_F(MaeTest, RefusesWhatDoesNotFit) {
  build();
  const at::Tensor image = at::randn({2, 3, 32, 32});

  EXPECT_THAT([&] { pretrain(image, at::rand({2, 9})); },
              ThrowsError(ErrorKind::kUser, HasSubstr("[2, 16]")));
  EXPECT_THAT([&] { pretrain(at::randn({2, 3, 24, 32}), at::rand({2, kPatches})); },
              ThrowsError(ErrorKind::kUser, HasSubstr("mae_test")));
  EXPECT_THAT([&] { pretrainer_->pretrain(image, at::rand({2, kPatches}), 0.99, nullptr); },
              ThrowsError(ErrorKind::kUser, HasSubstr("mask ratio")));
  EXPECT_THAT([] { build_model("mae_test", {{"mask_ratio", "0"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("mask ratio")));
  EXPECT_THAT([] { build_model("mae_test", {{"img_size", "30"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("30")));
}

TEST(MaeVariantsTest, XavierScalesTheOfficialOnes) {
  const at::Tensor weight =
      state_of(build_model("mae_vit_base_patch16")->module()).at("blocks.3.mlp.fc1.weight");

  const double bound = std::sqrt(6.0 / (768 + 3072));
  EXPECT_LE(weight.abs().max().item<double>(), bound);
  EXPECT_NEAR(weight.std().item<double>(), bound / std::sqrt(3.0), 1e-4);
}

TEST(MaeVariantsTest, PretrainsTheDigitClassifiersEncoder) {
  const TensorMap classifier = state_of(build_model("vit_nano_patch4_28")->module());
  const TensorMap pretrained = state_of(build_model("mae_nano_patch4_28")->module());

  std::map<std::string, std::vector<std::int64_t>> wanted;
  std::map<std::string, std::vector<std::int64_t>> found;
  for (const auto& [name, tensor] : classifier) {
    if (name.starts_with("head.") || name.starts_with("fc_norm.")) continue;
    wanted[name] = tensor.sizes().vec();
  }
  for (const auto& [name, tensor] : pretrained) found[name] = tensor.sizes().vec();

  EXPECT_THAT(found, IsSupersetOf(wanted));
}

}  // namespace
}  // namespace yardstick
