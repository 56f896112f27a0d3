#include "tests/models/built.h"
#include "tests/models/key_fixture.h"
#include "tests/support/throws_error.h"

#include <ATen/ATen.h>

#include <gmock/gmock.h>

#include <string>
#include <utility>

namespace yardstick {
namespace {

using test::build_model;
using test::kResetHead;
using test::ThrowsError;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;

// Random weights under the names of a model with the encoder of mae_st_test.
TensorMap weights_of(const std::string& name) { return test::random_weights(*build_model(name)); }

TEST(MaeStKeysTest, TakesOfficialNamesAsTheyAre) {
  for (const char* name : {"mae_st_vit_test", "mae_st_test"}) {
    const auto model = build_model(name);
    const TensorMap weights = weights_of(name);

    const LoadReport report = model->load_weights(weights, {});

    EXPECT_TRUE(report.is_complete());
    EXPECT_THAT(report.matched, SizeIs(weights.size()));
    EXPECT_TRUE(at::equal(state_of(model->module()).at("blocks.1.attn.k.weight"),
                          weights.at("blocks.1.attn.k.weight")));
  }
}

TEST(MaeStKeysTest, TakesSlowFastsNamesAndWrappers) {
  const auto model = build_model("mae_st_vit_test");
  TensorMap weights = weights_of("mae_st_vit_test");
  for (const char* part : {"weight", "bias"}) {
    auto head = weights.extract(std::string("head.") + part);
    head.key() = std::string("head.projection.") + part;
    weights.insert(std::move(head));
  }

  const LoadReport report =
      model->load_weights(test::wrapped_in("model_state.module.", weights), {});

  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.matched, IsEmpty());
  EXPECT_THAT(report.renamed,
              Contains(Pair("model_state.module.head.projection.bias", "head.bias")));
}

TEST(MaeStKeysTest, LoadsAPretrainedEncoderIntoAClassifierWhenAsked) {
  const auto model = build_model("mae_st_vit_test");
  const at::Tensor head = state_of(model->module()).at("head.weight").clone();
  TensorMap pretrained = weights_of("mae_st_test");
  pretrained["pred_head.projections.0.weight"] = at::randn({2, 2});  // SlowFast's decoder

  const LoadReport report = model->load_weights(pretrained, kResetHead);

  const TensorMap state = state_of(model->module());
  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.reset, UnorderedElementsAre("head.weight", "head.bias"));
  EXPECT_THAT(report.ignored, AllOf(Contains("mask_token"), Contains("decoder_cls_token"),
                                    Contains("decoder_blocks.0.attn.q.weight"),
                                    Contains("pred_head.projections.0.weight")));
  EXPECT_TRUE(at::equal(state.at("head.weight"), head));
  EXPECT_TRUE(at::equal(state.at("norm.weight"), pretrained.at("norm.weight")));
  EXPECT_TRUE(at::equal(state.at("pos_embed_class"), pretrained.at("pos_embed_class")));
}

TEST(MaeStKeysTest, IsStrictWithAPretrainedEncoderOtherwise) {
  const auto model = build_model("mae_st_vit_test");

  const LoadReport report = model->load_weights(weights_of("mae_st_test"), {});

  EXPECT_THAT(report.missing, UnorderedElementsAre("head.weight", "head.bias"));
  EXPECT_THAT(report.unexpected, Contains("decoder_embed.weight"));
}

TEST(MaeStKeysTest, NeverLeavesADecoderOutOfAPretrainingModel) {
  const auto model = build_model("mae_st_test");

  const LoadReport report = model->load_weights(weights_of("mae_st_vit_test"), kResetHead);

  EXPECT_THAT(report.missing, Contains("decoder_embed.weight"));
  EXPECT_THAT(report.unexpected, UnorderedElementsAre("head.weight", "head.bias"));
}

TEST(MaeStKeysTest, RefusesPositionsOfAnotherClipSizeWithBothShapes) {
  const TensorMap weights = weights_of("mae_st_vit_test");
  const auto longer = build_model("mae_st_vit_test", {{"frames", "6"}});
  const auto larger = build_model("mae_st_vit_test", {{"img_size", "48"}});

  EXPECT_THAT([&] { longer->load_weights(weights, {}); },
              ThrowsError(ErrorKind::kData,
                          AllOf(HasSubstr("pos_embed_temporal"), HasSubstr("[1, 2, 32]"),
                                HasSubstr("[1, 3, 32]"), HasSubstr("frames and img_size"))));
  EXPECT_THAT(
      [&] { larger->load_weights(weights, {}); },
      ThrowsError(ErrorKind::kData, AllOf(HasSubstr("[1, 16, 32]"), HasSubstr("[1, 36, 32]"))));
}

TEST(MaeStKeysTest, RefusesOtherClassCountsSayingWhatToDo) {
  const auto model = build_model("mae_st_vit_test", {{"classes", "7"}});
  const TensorMap weights = weights_of("mae_st_vit_test");

  EXPECT_THAT(
      [&] { model->load_weights(weights, {}); },
      ThrowsError(ErrorKind::kData, AllOf(HasSubstr("10 classes"), HasSubstr("classes=10"))));
}

}  // namespace
}  // namespace yardstick
