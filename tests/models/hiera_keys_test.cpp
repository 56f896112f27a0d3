#include "models/hiera/hiera_config.h"
#include "models/hiera/hiera_model.h"
#include "tests/models/built.h"
#include "tests/models/key_fixture.h"
#include "tests/support/throws_error.h"

#include <ATen/ATen.h>

#include <gmock/gmock.h>

#include <string>

namespace yardstick {
namespace {

using test::kResetHead;
using test::random_weights;
using test::ThrowsError;
using test::wrapped_in;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

HieraConfig small_config() {
  HieraConfig config;
  config.input = {64, 64};
  config.classes = 5;
  config.width = 8;
  config.stages = {1, 1, 1, 1};
  return config;
}

std::unique_ptr<Model> build(const HieraConfig& config) { return make_hiera_model({}, config); }

std::string replaced(std::string name, const std::string& from, const std::string& to) {
  return name.starts_with(from) ? to + name.substr(from.size()) : name;
}

// The same weights under the other code's names.
TensorMap with_timm_names(Model& official) {
  TensorMap weights;
  for (const auto& [name, tensor] : state_of(official.module())) {
    weights[replaced(replaced(name, "head.projection.", "head.fc."), "norm.", "head.norm.")] =
        tensor.detach().clone();
  }
  return weights;
}

TEST(HieraKeysTest, TakesTimmsNamesIntoTheOfficialNetwork) {
  const auto source = build(small_config());
  const auto model = build(small_config());

  const LoadReport report = model->load_weights(with_timm_names(*source), {});

  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.renamed, UnorderedElementsAre(Pair("head.fc.weight", "head.projection.weight"),
                                                   Pair("head.fc.bias", "head.projection.bias"),
                                                   Pair("head.norm.weight", "norm.weight"),
                                                   Pair("head.norm.bias", "norm.bias")));
  EXPECT_TRUE(at::equal(state_of(model->module()).at("head.projection.weight"),
                        state_of(source->module()).at("head.projection.weight")));
}

TEST(HieraKeysTest, TakesTheOfficialNamesIntoTimmsNetwork) {
  HieraConfig timm = small_config();
  timm.names = HieraNames::kTimm;
  const auto source = build(small_config());
  const auto model = build(timm);

  const LoadReport report = model->load_weights(state_of(source->module()), {});

  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.renamed, Contains(Pair("head.projection.bias", "head.fc.bias")));
}

TEST(HieraKeysTest, LoadsAPretrainedEncoderWithANewHead) {
  const auto model = build(small_config());
  TensorMap weights;
  for (const auto& [name, tensor] : state_of(model->module())) {
    if (!name.starts_with("head.")) {
      weights[replaced(name, "norm.", "encoder_norm.")] = tensor.detach().clone();
    }
  }
  weights["mask_token"] = at::randn({1, 1, 4});
  weights["decoder_pos_embed"] = at::randn({1, 4, 4});
  weights["multi_scale_fusion_heads.0.weight"] = at::randn({8, 8, 4, 4});

  const LoadReport report = model->load_weights(weights, kResetHead);

  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.renamed, Contains(Pair("encoder_norm.weight", "norm.weight")));
  EXPECT_THAT(report.reset, UnorderedElementsAre("head.projection.weight", "head.projection.bias"));
  EXPECT_THAT(report.ignored, UnorderedElementsAre("mask_token", "decoder_pos_embed",
                                                   "multi_scale_fusion_heads.0.weight"));
}

class PretrainedTest : public testing::TestWithParam<std::string> {};

TEST_P(PretrainedTest, FineTunesItsClassifier) {
  const auto pretrained = test::build_model("mae_" + GetParam());
  const auto classifier = test::build_model(GetParam());
  TensorMap weights = wrapped_in("model_state.", random_weights(*pretrained));
  weights["optimizer_state.state.0.exp_avg"] = at::zeros({3});

  const LoadReport report = classifier->load_weights(weights, kResetHead);

  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.resized, IsEmpty());
  EXPECT_THAT(report.reset, UnorderedElementsAre("head.projection.weight", "head.projection.bias"));
  EXPECT_THAT(report.ignored, Contains("model_state.mask_token"));
  EXPECT_THAT(report.ignored, Contains("model_state.decoder_norm.bias"));
  EXPECT_THAT(report.ignored, Contains("optimizer_state.state.0.exp_avg"));
  const TensorMap state = state_of(classifier->module());
  EXPECT_TRUE(at::equal(state.at("norm.weight"), weights.at("model_state.encoder_norm.weight")));
  EXPECT_TRUE(at::equal(state.at("blocks.3.mlp.fc1.weight"),
                        weights.at("model_state.blocks.3.mlp.fc1.weight")));
}

INSTANTIATE_TEST_SUITE_P(Digits, PretrainedTest, testing::Values("hiera_test", "hiera_nano_32"),
                         [](const auto& test) { return test.param; });

TEST(HieraKeysTest, LoadsAMaskedAutoEncoderOfAnotherSize) {
  const auto source = test::build_model("mae_hiera_test");
  const auto model = test::build_model("mae_hiera_test", {{"img_size", "96"}});

  const LoadReport report =
      model->load_weights(wrapped_in("model_state.", random_weights(*source)), {});

  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.resized, UnorderedElementsAre("pos_embed", "decoder_pos_embed"));
}

TEST(HieraKeysTest, RefusesAClassifierAsAMaskedAutoEncoder) {
  const auto source = test::build_model("hiera_test");
  const auto model = test::build_model("mae_hiera_test");

  const LoadReport report = model->load_weights(state_of(source->module()), {});

  EXPECT_THAT(report.missing, Contains("mask_token"));
  EXPECT_THAT(report.unexpected, Contains("head.projection.weight"));
}

TEST(HieraKeysTest, TakesTheTrunkOutOfAWholeSam2) {
  const auto source = test::build_model("sam2_hiera_test");
  const auto model = test::build_model("sam2_hiera_test");
  TensorMap weights = wrapped_in("model.image_encoder.trunk.", random_weights(*source));
  weights["model.image_encoder.neck.convs.0.conv.weight"] = at::zeros({4, 4, 1, 1});
  weights["model.no_mem_embed"] = at::zeros({1, 1, 4});

  const LoadReport report = model->load_weights(weights, {});

  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.ignored, UnorderedElementsAre("model.image_encoder.neck.convs.0.conv.weight",
                                                   "model.no_mem_embed"));
  EXPECT_TRUE(at::equal(state_of(model->module()).at("blocks.2.mlp.layers.1.weight"),
                        weights.at("model.image_encoder.trunk.blocks.2.mlp.layers.1.weight")));
}

TEST(HieraKeysTest, LoadsATrunkAlone) {
  const auto source = test::build_model("sam2_hiera_test");
  const auto model = test::build_model("sam2_hiera_test");
  TensorMap incomplete = state_of(source->module());
  incomplete.erase("pos_embed_window");

  EXPECT_TRUE(model->load_weights(state_of(source->module()), {}).is_complete());
  EXPECT_THAT(model->load_weights(incomplete, {}).missing, ElementsAre("pos_embed_window"));
}

TEST(HieraKeysTest, InterpolatesPositionsOfAnotherGrid) {
  HieraConfig larger = small_config();
  larger.input = {96, 64};
  const auto source = build(small_config());
  const auto model = build(larger);

  const LoadReport report = model->load_weights(state_of(source->module()), {});

  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.resized, ElementsAre("pos_embed"));
}

TEST(HieraKeysTest, RefusesOtherClassCountsAndMissingTensors) {
  HieraConfig other = small_config();
  other.classes = 6;
  const auto source = build(small_config());
  TensorMap incomplete = state_of(source->module());
  incomplete.erase("blocks.1.proj.bias");

  EXPECT_THAT([&] { build(other)->load_weights(state_of(source->module()), {}); },
              ThrowsError(ErrorKind::kData, HasSubstr("5 classes")));
  EXPECT_THAT(build(small_config())->load_weights(incomplete, {}).missing,
              ElementsAre("blocks.1.proj.bias"));
}

}  // namespace
}  // namespace yardstick
