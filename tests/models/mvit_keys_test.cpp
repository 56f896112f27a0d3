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
using test::ThrowsError;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

TensorMap weights_of(const std::string& name) { return test::random_weights(*build_model(name)); }

TEST(MvitKeysTest, TakesOfficialNamesAsTheyAre) {
  for (const char* name : {"mvit_test", "mvitv2_4x2_test", "rev_mvit_test", "rev_mvit_4x2_test"}) {
    const auto model = build_model(name);
    const TensorMap weights = weights_of(name);

    const LoadReport report = model->load_weights(weights, {});

    EXPECT_TRUE(report.is_complete()) << name;
    EXPECT_THAT(report.matched, SizeIs(weights.size())) << name;
  }
}

TEST(MvitKeysTest, TakesTheModelOutOfATrainingCheckpoint) {
  const auto model = build_model("mvitv2_test");
  TensorMap file = test::wrapped_in("model_state.module.", weights_of("mvitv2_test"));
  file["optimizer_state.state.0.exp_avg"] = at::zeros({2});

  const LoadReport report = model->load_weights(file, {});

  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.matched, IsEmpty());
  EXPECT_THAT(report.renamed, SizeIs(file.size() - 1));
  EXPECT_THAT(report.ignored, UnorderedElementsAre("optimizer_state.state.0.exp_avg"));
}

// facebookresearch/mvit convolves images in two dimensions, PySlowFast with one more; its image
// checkpoints are of either.
TEST(MvitKeysTest, TakesConvolutionsWithAndWithoutTime) {
  const auto model = build_model("mvitv2_test");
  TensorMap weights = weights_of("mvitv2_test");
  const at::Tensor pool = weights.at("blocks.1.attn.pool_k.weight");
  const at::Tensor patch = weights.at("patch_embed.proj.weight");
  weights["blocks.1.attn.pool_k.weight"] = pool.squeeze(2);
  weights["patch_embed.proj.weight"] = patch.unsqueeze(2);

  const LoadReport report = model->load_weights(weights, {});

  const TensorMap state = state_of(model->module());
  EXPECT_TRUE(report.is_complete());
  EXPECT_TRUE(at::equal(state.at("blocks.1.attn.pool_k.weight"), pool));
  EXPECT_TRUE(at::equal(state.at("patch_embed.proj.weight"), patch));
}

TEST(MvitKeysTest, InterpolatesTablesOfRelativePositionsForAnotherSize) {
  const auto model = build_model("mvitv2_test", {{"img_size", "48"}});
  const TensorMap weights = weights_of("mvitv2_test");

  const LoadReport report = model->load_weights(weights, {});

  const at::Tensor table = state_of(model->module()).at("blocks.0.attn.rel_pos_h");
  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.resized, Contains("blocks.0.attn.rel_pos_h"));
  EXPECT_EQ(table.size(0), 2 * 12 - 1);
  // The middle of both tables is the same distance.
  EXPECT_TRUE(at::allclose(table[11], weights.at("blocks.0.attn.rel_pos_h")[7], 1e-4, 1e-5));
}

TEST(MvitKeysTest, RefusesAbsolutePositionsOfAnotherSizeWithBothShapes) {
  const auto larger = build_model("mvit_test", {{"img_size", "48"}});
  const auto longer = build_model("rev_mvit_4x2_test", {{"frames", "6"}});

  EXPECT_THAT(
      [&] { larger->load_weights(weights_of("mvit_test"), {}); },
      ThrowsError(ErrorKind::kData, AllOf(HasSubstr("[1, 65, 16]"), HasSubstr("[1, 145, 16]"))));
  EXPECT_THAT([&] { longer->load_weights(weights_of("rev_mvit_4x2_test"), {}); },
              ThrowsError(ErrorKind::kData, HasSubstr("pos_embed_temporal")));
}

TEST(MvitKeysTest, RefusesOtherClassCountsUnlessTheHeadIsReset) {
  const auto model = build_model("mvitv2_test", {{"classes", "7"}});
  const TensorMap weights = weights_of("mvitv2_test");

  EXPECT_THAT(
      [&] { model->load_weights(weights, {}); },
      ThrowsError(ErrorKind::kData, AllOf(HasSubstr("10 classes"), HasSubstr("classes=10"))));
  EXPECT_THAT(model->load_weights(weights, kResetHead).reset,
              UnorderedElementsAre("head.projection.weight", "head.projection.bias"));
}

}  // namespace
}  // namespace yardstick
