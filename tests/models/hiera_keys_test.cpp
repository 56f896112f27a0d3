#include "models/hiera/hiera_config.h"
#include "models/hiera/hiera_model.h"
#include "tests/models/built.h"
#include "tests/support/throws_error.h"

#include <ATen/ATen.h>

#include <gmock/gmock.h>

#include <string>

namespace yardstick {
namespace {

using test::ThrowsError;
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

std::unique_ptr<Model> build(const HieraConfig& config) {
  return make_hiera_model({}, config, Start::kRandom);
}

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

  const LoadReport report = model->load_weights(weights, {.reset_head = true});

  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.renamed, Contains(Pair("encoder_norm.weight", "norm.weight")));
  EXPECT_THAT(report.reset, UnorderedElementsAre("head.projection.weight", "head.projection.bias"));
  EXPECT_THAT(report.ignored, UnorderedElementsAre("mask_token", "decoder_pos_embed",
                                                   "multi_scale_fusion_heads.0.weight"));
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
