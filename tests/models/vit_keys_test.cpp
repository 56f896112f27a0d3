#include "tests/models/built.h"
#include "tests/models/key_fixture.h"
#include "tests/support/throws_error.h"

#include <ATen/ATen.h>

#include <gmock/gmock.h>

#include <string>

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

// What MAE's pre-training saves of the same encoder.
TensorMap pretrained_of(Model& model) {
  TensorMap weights = random_weights(model);
  std::erase_if(weights, [](const auto& item) {
    return item.first.starts_with("head.") || item.first.starts_with("fc_norm.");
  });
  weights["norm.weight"] = at::randn({32});
  weights["norm.bias"] = at::randn({32});
  weights["mask_token"] = at::randn({1, 1, 16});
  weights["decoder_embed.weight"] = at::randn({16, 32});
  weights["decoder_blocks.0.norm1.weight"] = at::randn({16});
  return weights;
}

TEST(VitKeysTest, TakesOfficialNamesAsTheyAre) {
  const auto model = build_model("vit_test");
  const TensorMap weights = random_weights(*model);

  const LoadReport report = model->load_weights(weights, {});

  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.matched, SizeIs(weights.size()));
  EXPECT_TRUE(at::equal(state_of(model->module()).at("blocks.1.attn.qkv.weight"),
                        weights.at("blocks.1.attn.qkv.weight")));
}

TEST(VitKeysTest, TakesWrappersOffAndReportsTheFilesNames) {
  const auto model = build_model("vit_test");

  const LoadReport report =
      model->load_weights(wrapped_in("module.model.", random_weights(*model)), {});

  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.matched, IsEmpty());
  EXPECT_THAT(report.renamed, Contains(Pair("module.model.head.bias", "head.bias")));
}

TEST(VitKeysTest, InterpolatesPositionsOfAnotherGrid) {
  const auto small = build_model("vit_test");
  const auto large = build_model("vit_test", {{"img_size", "48"}});
  const TensorMap weights = random_weights(*small);

  const LoadReport report = large->load_weights(weights, {});

  const at::Tensor positions = state_of(large->module()).at("pos_embed");
  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.resized, ElementsAre("pos_embed"));
  EXPECT_THAT(positions.sizes().vec(), ElementsAre(1, 1 + 36, 32));
  EXPECT_TRUE(at::equal(positions.slice(1, 0, 1), weights.at("pos_embed").slice(1, 0, 1)));
}

TEST(VitKeysTest, RefusesOtherClassCountsSayingWhatToDo) {
  const auto model = build_model("vit_test", {{"classes", "7"}});
  const TensorMap weights = random_weights(*build_model("vit_test"));

  EXPECT_THAT(
      [&] { model->load_weights(weights, {}); },
      ThrowsError(ErrorKind::kData, AllOf(HasSubstr("10 classes"), HasSubstr("classes=10"))));
}

TEST(VitKeysTest, KeepsANewHeadWhenAsked) {
  const auto model = build_model("vit_test", {{"classes", "7"}});
  const at::Tensor before = state_of(model->module()).at("head.weight").clone();
  const TensorMap weights = random_weights(*build_model("vit_test"));

  const LoadReport report = model->load_weights(weights, kResetHead);

  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.reset, UnorderedElementsAre("head.weight", "head.bias"));
  EXPECT_TRUE(at::equal(state_of(model->module()).at("head.weight"), before));
}

TEST(VitKeysTest, LoadsAFittingHeadEvenWhereItMayBeReset) {
  const auto model = build_model("vit_test");
  const TensorMap weights = random_weights(*model);

  const LoadReport report = model->load_weights(weights, kResetHead);

  EXPECT_THAT(report.reset, IsEmpty());
  EXPECT_TRUE(at::equal(state_of(model->module()).at("head.weight"), weights.at("head.weight")));
}

TEST(VitKeysTest, LoadsAPretrainedEncoderIntoAPooledClassifier) {
  const auto model = build_model("vit_test", {{"global_pool", "avg"}});

  const LoadReport report = model->load_weights(pretrained_of(*model), kResetHead);

  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.reset,
              UnorderedElementsAre("head.weight", "head.bias", "fc_norm.weight", "fc_norm.bias"));
  EXPECT_THAT(report.ignored,
              UnorderedElementsAre("norm.weight", "norm.bias", "mask_token", "decoder_embed.weight",
                                   "decoder_blocks.0.norm1.weight"));
}

TEST(VitKeysTest, IsStrictWithAPretrainedEncoderOtherwise) {
  const auto model = build_model("vit_test", {{"global_pool", "avg"}});

  const LoadReport report = model->load_weights(pretrained_of(*model), {});

  EXPECT_THAT(report.missing, Contains("fc_norm.weight"));
  EXPECT_THAT(report.unexpected, Contains("decoder_embed.weight"));
}

}  // namespace
}  // namespace yardstick
