#include "models/mvit/mvit.h"

#include "models/mvit/mvit_config.h"
#include "models/mvit/mvit_model.h"
#include "models/mvit/variant_row.h"
#include "tests/models/built.h"
#include "tests/models/keeping_tap.h"
#include "tests/models/slowfast_case.h"
#include "tests/support/throws_error.h"

#include <ATen/ATen.h>

#include <gmock/gmock.h>

#include <string>
#include <vector>

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

MvitConfig small() {
  MvitConfig config{.image_px = 32, .classes = 10, .width = 12};
  use_stages(config, {1, 2, 1}, /*kv_stride=*/4);
  return config;
}

TEST(MvitConfigTest, WidensInTheAttentionOfAStagesFirstBlock) {
  const std::vector<MvitBlockConfig> blocks = plan_blocks(small());

  ASSERT_EQ(blocks.size(), 4);
  EXPECT_EQ(blocks[0].width_out, 12);
  EXPECT_EQ(blocks[1].width_in(), 12);
  EXPECT_EQ(blocks[1].attention.width_out, 24);
  EXPECT_EQ(blocks[1].attention.heads, 2);
  EXPECT_EQ(blocks[3].hidden, 4 * 48);
}

TEST(MvitConfigTest, WidensInTheMlpOfTheBlockBeforeOtherwise) {
  MvitConfig config = small();
  config.widens_in_attention = false;

  const std::vector<MvitBlockConfig> blocks = plan_blocks(config);

  EXPECT_EQ(blocks[0].attention.width_out, 12);
  EXPECT_EQ(blocks[0].hidden, 4 * 12);
  EXPECT_EQ(blocks[0].width_out, 24);
  EXPECT_EQ(blocks[1].attention.width_out, 24);
  EXPECT_EQ(blocks[1].attention.heads, 2);
}

TEST(MvitConfigTest, DividesTheAdaptiveStrideByTheQueries) {
  const std::vector<MvitBlockConfig> blocks = plan_blocks(small());

  EXPECT_THAT(blocks[0].attention.kv_pool->stride, ElementsAre(1, 4, 4));
  EXPECT_THAT(blocks[1].attention.kv_pool->stride, ElementsAre(1, 2, 2));
  EXPECT_THAT(blocks[2].attention.kv_pool->stride, ElementsAre(1, 2, 2));
  EXPECT_THAT(blocks[3].attention.kv_pool->stride, ElementsAre(1, 1, 1));
  EXPECT_THAT(blocks[1].attention.q_grid(), ElementsAre(1, 4, 4));
  EXPECT_THAT(blocks[2].attention.kv_grid(), ElementsAre(1, 2, 2));
}

TEST(MvitConfigTest, SizesTablesByStridesAlone) {
  MvitConfig config = small();
  config.image_px = 28;  // 7 tokens, then 4 and not 3

  const std::vector<MvitBlockConfig> blocks = plan_blocks(config);

  EXPECT_THAT(blocks[2].attention.grid, ElementsAre(1, 4, 4));
  EXPECT_EQ(blocks[1].attention.space_table, 2 * 3 - 1);
  EXPECT_EQ(blocks[2].attention.space_table, 2 * 3 - 1);
}

TEST(MvitConfigTest, RoundsWidthsAsTheOfficialCode) {
  EXPECT_EQ(rounded_width(96, 2.0, 2), 192);
  EXPECT_EQ(rounded_width(10, 1.5, 4), 16);
  EXPECT_EQ(rounded_width(9, 1.0, 8), 8 + 8);  // 8 is more than a tenth below
  EXPECT_EQ(rounded_width(1, 0.25, 1), 1);
}

TEST(MvitConfigTest, ExplainsWhatDoesNotFit) {
  MvitConfig heads = small();
  heads.heads = 5;
  heads.widens_in_attention = false;  // else widths are rounded to fit
  MvitConfig frames = small();
  frames.frames = 2;
  MvitConfig block = small();
  block.q_strides.push_back({.block = 4, .stride = {1, 2, 2}});
  MvitConfig kernel = small();
  kernel.pool_kernel = Thw{1, 2, 2};
  MvitConfig unshared = small();
  unshared.pool_mode = MvitPoolMode::kConvUnshared;
  MvitConfig positions = small();
  positions.positions = MvitPositions::kFixedSincos;

  EXPECT_THAT(problem_of(heads), Optional(HasSubstr("5 heads")));
  EXPECT_THAT(problem_of(frames), Optional(HasSubstr("one frame, not 2")));
  EXPECT_THAT(problem_of(block), Optional(HasSubstr("at block 4 of 4")));
  EXPECT_THAT(problem_of(kernel), Optional(HasSubstr("do not meet a residual")));
  EXPECT_THAT(problem_of(unshared), Optional(HasSubstr("before the projections")));
  EXPECT_THAT(problem_of(positions), Optional(HasSubstr("multiple of 16, not 12")));
  EXPECT_EQ(problem_of(small()), std::nullopt);
}

TEST(MvitTest, FollowsTheInputsSize) {
  const auto image = build_model("mvitv2_test", {{"img_size", "44"}});
  const auto clip = build_model("mvitv2_4x2_test", {{"frames", "6"}, {"img_size", "48"}});

  EXPECT_THAT(image->info().input_shape, ElementsAre(3, 44, 44));
  EXPECT_EQ(image->info().preprocessing.crop_px, 44);
  EXPECT_THAT(image->forward(batch_of(at::randn({2, 3, 44, 44}))).logits.sizes().vec(),
              ElementsAre(2, 10));
  EXPECT_THAT(clip->forward(batch_of(at::randn({2, 3, 6, 48, 48}))).logits.sizes().vec(),
              ElementsAre(2, 10));
}

TEST(MvitTest, RefusesOtherInputsAndSizesThatDoNotFit) {
  const auto model = build_model("mvitv2_4x2_test");

  EXPECT_THAT([&] { model->forward(batch_of(at::randn({2, 3, 32, 32}))); },
              ThrowsError(ErrorKind::kUser,
                          AllOf(HasSubstr("[N, 3, 4, 32, 32]"), HasSubstr("[2, 3, 32, 32]"))));
  EXPECT_THAT([] { build_model("mvitv2_test", {{"img_size", "30"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("do not give 7 tokens from 30 pixels")));
  EXPECT_THAT([] { build_model("mvitv2_4x2_test", {{"frames", "5"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("do not give 2 tokens from 5 frames")));
}

TEST(MvitTest, TakesAProbesHead) {
  const auto model = build_model("mvit_test");

  model->capability<ReplaceableHead>()->use_linear_probe_head();

  EXPECT_EQ(model->capability<ReplaceableHead>()->head_width(), 4 * 16);
  EXPECT_TRUE(state_of(model->module()).contains("head.1.weight"));
  EXPECT_FALSE(state_of(model->module()).contains("head.projection.weight"));
  EXPECT_THAT(model->forward(batch_of(at::randn({2, 3, 32, 32}))).logits.sizes().vec(),
              ElementsAre(2, 10));
}

TEST(MvitTest, KeepsFixedPositionsOutOfTraining) {
  MvitConfig config = small();
  config.width = 16;
  config.positions = MvitPositions::kFixedSincos;
  ModelInfo info;
  info.input_shape = config.input_shape();
  const auto model = make_mvit_model(info, config);
  KeepingTap tap;

  model->forward(batch_of(at::randn({2, 3, 32, 32})), &tap);

  const TensorMap state = state_of(model->module());
  EXPECT_FALSE(state.at("pos_embed").requires_grad());
  // Twice, as officially.
  EXPECT_TRUE(
      at::allclose(tap["tokens"], tap["patch_embed"] + 2 * state.at("pos_embed"), 1e-4, 1e-5));
}

// The published counts of SSv2's configurations, which differ in the classes alone.
TEST(MvitTest, HasTheParametersOfSomethingSomething) {
  const Registrar registrar = test::builtin_registrar();
  const std::pair<const char*, std::int64_t> counts[] = {{"mvitv2_small_16x4", 34363950},
                                                         {"mvitv2_base_32x3", 51056334},
                                                         {"mvitv2_large_40x3", 213129534}};
  for (const auto& [name, count] : counts) {
    const auto model = test::describe_model(registrar.models.get(name), {{"classes", "174"}});
    std::int64_t parameters = 0;
    for (const auto& [key, tensor] : state_of(model->module())) parameters += tensor.numel();
    EXPECT_EQ(parameters, count) << name;
  }
}

// timm counts 217.99 million in the same network, for which there is no manifest.
TEST(MvitTest, WidensTheLargeImageModelInItsMlps) {
  const Registrar registrar = test::builtin_registrar();
  const auto model = test::describe_model(registrar.models.get("mvitv2_large"));

  std::int64_t parameters = 0;
  for (const auto& [key, tensor] : state_of(model->module())) parameters += tensor.numel();

  EXPECT_EQ(parameters, 217992952);
}

GoldenCase case_of(const std::string& mvit) {
  return test::slowfast_case("mvit", "slowfast.models.MViT", R"(, "DEPTH": 2)" + mvit);
}

TEST(MvitGoldenTest, RefusesByNameWhatIsNotImplemented) {
  const auto build = [](const std::string& mvit) {
    return [golden = case_of(mvit)] { test::build_case(golden); };
  };

  EXPECT_THAT(build(R"(, "NORM": "batchnorm")"),
              ThrowsError(ErrorKind::kData, HasSubstr("NORM batchnorm")));
  EXPECT_THAT(build(R"(, "MODE": "linear")"),
              ThrowsError(ErrorKind::kData, HasSubstr("MODE linear")));
  EXPECT_THAT(build(R"(, "REV": {"ENABLE": true})"),
              ThrowsError(ErrorKind::kData, HasSubstr("REV.ENABLE")));
  EXPECT_THAT(build(R"(, "USE_ABS_POS": false, "USE_FIXED_SINCOS_POS": true)"),
              ThrowsError(ErrorKind::kData, HasSubstr("USE_FIXED_SINCOS_POS")));
  EXPECT_THAT(build(R"(, "POOL_Q_STRIDE": [[1, 2, 2]])"),
              ThrowsError(ErrorKind::kData, HasSubstr("POOL_Q_STRIDE must have rows of 4")));
  EXPECT_THAT(build(R"(, "NUM_HEADS": 3)"), ThrowsError(ErrorKind::kData, HasSubstr("3 heads")));
}

TEST(MvitGoldenTest, LeavesUnknownSettingsUnread) {
  const GoldenCase golden = case_of(R"(, "GATED": true)");

  test::build_case(golden);

  EXPECT_THAT(golden.config.unread(), ElementsAre("MVIT.GATED"));
}

}  // namespace
}  // namespace yardstick
