#include "tests/models/built.h"
#include "tests/models/key_fixture.h"
#include "tests/support/throws_error.h"

#include <ATen/ATen.h>

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace yardstick {
namespace {

using test::build_model;
using test::kResetHead;
using test::random_weights;
using test::ThrowsError;
using test::wrapped_in;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using testing::UnorderedElementsAreArray;

bool is_decoders(const std::string& name) {
  return name.starts_with("decoder_") || name == "mask_token";
}

std::vector<std::string> decoder_names(const TensorMap& weights) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : weights) {
    if (is_decoders(name)) names.push_back(name);
  }
  return names;
}

TensorMap without_decoder(TensorMap weights) {
  std::erase_if(weights, [](const auto& item) { return is_decoders(item.first); });
  return weights;
}

TEST(MaeKeysTest, TakesOfficialNamesAsTheyAre) {
  const auto model = build_model("mae_test");
  const TensorMap weights = random_weights(*model);

  const LoadReport report = model->load_weights(weights, {});

  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.matched, SizeIs(weights.size()));
  EXPECT_TRUE(at::equal(state_of(model->module()).at("decoder_pos_embed"),
                        weights.at("decoder_pos_embed")));
}

TEST(MaeKeysTest, TakesWrappersOff) {
  const auto model = build_model("mae_test");

  const LoadReport report =
      model->load_weights(wrapped_in("model.module.", random_weights(*model)), {});

  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.renamed, Contains(Pair("model.module.mask_token", "mask_token")));
}

TEST(MaeKeysTest, InterpolatesBothPositionsOfAnotherGrid) {
  const auto small = build_model("mae_test");
  const auto large = build_model("mae_test", {{"img_size", "48"}});

  const LoadReport report = large->load_weights(random_weights(*small), {});

  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.resized, UnorderedElementsAre("pos_embed", "decoder_pos_embed"));
}

TEST(MaeKeysTest, MissesTheDecoderOfAPublishedEncoder) {
  const auto model = build_model("mae_test");
  const TensorMap weights = random_weights(*model);

  const LoadReport report = model->load_weights(without_decoder(weights), {});

  EXPECT_THAT(report.missing, UnorderedElementsAreArray(decoder_names(weights)));
}

TEST(MaeKeysTest, KeepsItsOwnDecoderWhenAsked) {
  const auto model = build_model("mae_test");
  const at::Tensor before = state_of(model->module()).at("decoder_embed.weight").clone();
  const TensorMap weights = random_weights(*model);

  const LoadReport report = model->load_weights(without_decoder(weights), kResetHead);

  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.reset, UnorderedElementsAreArray(decoder_names(weights)));
  const TensorMap state = state_of(model->module());
  EXPECT_TRUE(at::equal(state.at("decoder_embed.weight"), before));
  EXPECT_TRUE(
      at::equal(state.at("blocks.1.attn.qkv.weight"), weights.at("blocks.1.attn.qkv.weight")));
}

TEST(MaeKeysTest, LoadsADecoderThatIsThereEvenWhereItMayBeReset) {
  const auto model = build_model("mae_test");

  const LoadReport report = model->load_weights(random_weights(*model), kResetHead);

  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.reset, IsEmpty());
}

TEST(MaeKeysTest, RefusesAClassifiersWeights) {
  const auto model = build_model("mae_test");

  const LoadReport report = model->load_weights(random_weights(*build_model("vit_test")), {});

  EXPECT_THAT(report.unexpected, ElementsAre("head.bias", "head.weight"));
  EXPECT_THAT(report.missing, Contains("mask_token"));
}

// What fine-tuning starts from.
class MaeFineTuningTest : public testing::TestWithParam<const char*> {};

TEST_P(MaeFineTuningTest, LoadsThePretrainedEncoderAndLeavesTheDecoderOut) {
  const TensorMap weights = random_weights(*build_model("mae_test"));
  const auto classifier = build_model("vit_test", {{"global_pool", GetParam()}});

  const LoadReport report = classifier->load_weights(wrapped_in("model.", weights), kResetHead);

  const bool pools = std::string(GetParam()) == "avg";
  std::vector<std::string> left_out;
  for (const std::string& name : decoder_names(weights)) left_out.push_back("model." + name);
  if (pools) left_out.insert(left_out.end(), {"model.norm.weight", "model.norm.bias"});
  std::vector<std::string> fresh = {"head.weight", "head.bias"};
  if (pools) fresh.insert(fresh.end(), {"fc_norm.weight", "fc_norm.bias"});
  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.ignored, UnorderedElementsAreArray(left_out));
  EXPECT_THAT(report.reset, UnorderedElementsAreArray(fresh));
  const TensorMap state = state_of(classifier->module());
  for (const char* name : {"cls_token", "pos_embed", "patch_embed.proj.weight",
                           "blocks.0.attn.qkv.weight", "blocks.1.mlp.fc2.bias"}) {
    EXPECT_TRUE(at::equal(state.at(name), weights.at(name))) << name;
  }
}

TEST_P(MaeFineTuningTest, FailsByNameWhereTheHeadIsNotReset) {
  const TensorMap weights = random_weights(*build_model("mae_test"));
  const auto classifier = build_model("vit_test", {{"global_pool", GetParam()}});

  EXPECT_THAT(
      [&] { require_complete(classifier->load_weights(weights, {}), "loading into vit_test"); },
      ThrowsError(ErrorKind::kData, AllOf(HasSubstr("missing"), HasSubstr("head."),
                                          HasSubstr("unexpected"), HasSubstr("decoder_"))));
}

INSTANTIATE_TEST_SUITE_P(Pools, MaeFineTuningTest, testing::Values("token", "avg"));

}  // namespace
}  // namespace yardstick
