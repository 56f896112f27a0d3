#include "models/rev_mvit/rev_mvit.h"

#include "models/mvit/variant_row.h"
#include "models/rev_mvit/rev_mvit_config.h"
#include "models/rev_mvit/rev_mvit_model.h"
#include "tests/models/built.h"
#include "tests/models/keeping_tap.h"
#include "tests/models/slowfast_case.h"
#include "tests/support/throws_error.h"

#include <yardstick/random_draws.h>

#include <ATen/ATen.h>
#include <torch/nn/module.h>

#include <gmock/gmock.h>

#include <string>

namespace yardstick {
namespace {

using test::batch_of;
using test::build_model;
using test::KeepingTap;
using test::ThrowsError;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

// Stages of 1, 2 and 2 blocks, so transitions at 1 and 3.
RevMvitConfig small() {
  RevMvitConfig config;
  config.mvit = {.image_px = 32, .classes = 10, .width = 12};
  use_stages(config.mvit, {1, 2, 2}, /*kv_stride=*/4);
  config.transitions = {1, 3};
  return config;
}

TEST(RevMvitConfigTest, WidensInTransitions) {
  const std::vector<RevMvitBlockConfig> blocks = plan_blocks(small());

  EXPECT_FALSE(blocks[0].is_transition);
  EXPECT_EQ(blocks[1].attention.width_in, 12);
  EXPECT_EQ(blocks[1].attention.width_out, 24);
  EXPECT_EQ(blocks[2].width, 24);
  EXPECT_EQ(blocks[4].attention.width_out, 48);
  EXPECT_EQ(blocks[4].attention.heads, 4);
}

TEST(RevMvitConfigTest, GivesATransitionBothStreamsSideBySide) {
  RevMvitConfig config = small();
  config.transition_fusion = {.kind = layers::StreamFusionKind::kConcat};

  const std::vector<RevMvitBlockConfig> blocks = plan_blocks(config);

  EXPECT_EQ(blocks[1].attention.width_in, 2 * 12);
  EXPECT_EQ(blocks[1].attention.width_out, 24);
  EXPECT_EQ(blocks[2].attention.width_in, 24);
}

TEST(RevMvitConfigTest, ExplainsWhatDoesNotFit) {
  RevMvitConfig missing = small();
  missing.transitions = {1};
  RevMvitConfig first = small();
  first.transitions = {0, 1, 3};
  RevMvitConfig last = small();
  last.transitions = {1, 3, 4};
  RevMvitConfig token = small();
  token.mvit.has_class_token = true;
  RevMvitConfig fusion = small();
  fusion.fusion = {.kind = layers::StreamFusionKind::kAdd};

  EXPECT_THAT(problem_of(missing), Optional(HasSubstr("block 3 changes widths")));
  EXPECT_THAT(problem_of(first), Optional(HasSubstr("transition at block 0")));
  EXPECT_THAT(problem_of(last), Optional(HasSubstr("transition at block 4")));
  EXPECT_THAT(problem_of(token), Optional(HasSubstr("no class token")));
  EXPECT_THAT(problem_of(fusion), Optional(HasSubstr("mean pooling")));
  EXPECT_EQ(problem_of(small()), std::nullopt);
}

TEST(RevMvitTest, ShowsItsHeadBothStreams) {
  const auto image = build_model("rev_mvit_test", {{"img_size", "48"}});
  const auto clip = build_model("rev_mvit_4x2_test");

  EXPECT_EQ(image->capability<ReplaceableHead>()->head_width(), 2 * 64);
  EXPECT_THAT(image->forward(batch_of(at::randn({2, 3, 48, 48}))).features.sizes().vec(),
              ElementsAre(2, 2 * 64));
  EXPECT_THAT(clip->forward(batch_of(at::randn({2, 3, 4, 32, 32}))).logits.sizes().vec(),
              ElementsAre(2, 10));
}

TEST(RevMvitTest, ShowsItsHeadOneWidthWhereStreamsAreReduced) {
  RevMvitConfig config = small();
  config.fusion = {.kind = layers::StreamFusionKind::kMax};
  config.mvit.pools_before_norm = true;
  ModelInfo info;
  info.input_shape = config.mvit.input_shape();

  const auto model = make_rev_mvit(info, config);

  EXPECT_THAT(model->forward(batch_of(at::randn({2, 3, 32, 32}))).features.sizes().vec(),
              ElementsAre(2, 48));
}

// In double precision, where what is left is no rounding.
TensorMap gradients_of(Model& model, const at::Tensor& input) {
  model.module().train();
  at::manual_seed(9);
  const at::Tensor logits = model.forward(batch_of(input)).logits;
  (logits * at::linspace(-1, 1, logits.numel(), at::kDouble).view_as(logits)).sum().backward();
  TensorMap gradients;
  for (const auto& [name, parameter] : state_of(model.module())) gradients[name] = parameter.grad();
  return gradients;
}

void expect_equal_gradients(Model& recomputing, Model& ordinary) {
  ordinary.load_weights(state_of(recomputing.module()), {});
  std::vector<std::int64_t> shape = recomputing.info().input_shape;
  shape.insert(shape.begin(), 4);
  const at::Tensor input = at::randn(shape, at::kDouble);
  for (Model* model : {&recomputing, &ordinary}) model->module().to(at::kDouble);

  const TensorMap ours = gradients_of(recomputing, input);
  const TensorMap theirs = gradients_of(ordinary, input);

  for (const auto& [name, gradient] : theirs) {
    EXPECT_TRUE(at::allclose(ours.at(name), gradient, /*rtol=*/1e-10, /*atol=*/1e-10)) << name;
  }
}

TEST(RevMvitTest, GivesTheSameGradientsWithAndWithoutRecomputing) {
  for (const char* name : {"rev_mvit_test", "rev_mvit_4x2_test"}) {
    SCOPED_TRACE(name);
    const auto recomputing = build_model(name, {{"drop_path", "0.3"}});
    const auto ordinary = build_model(name, {{"drop_path", "0.3"}, {"recompute", "false"}});

    expect_equal_gradients(*recomputing, *ordinary);
  }
}

// The official variants have none, but the blocks are MViTv2's.
TEST(RevMvitTest, RecomputesRelativePositionsToo) {
  RevMvitConfig config = small();
  config.mvit.init = InitScale::kFanIn;
  ModelInfo info;
  info.input_shape = config.mvit.input_shape();
  const auto recomputing = make_rev_mvit(info, config);
  config.backward = layers::ReversibleBackward::kAutograd;

  expect_equal_gradients(*recomputing, *make_rev_mvit(info, config));
}

TEST(RevMvitTest, DropsWholeSamplesInATransition) {
  class DropFirst final : public RandomDraws {
   public:
    at::Tensor uniform(std::string_view, at::IntArrayRef shape, c10::Device) override {
      at::Tensor numbers = at::full(shape, 0.9F);
      numbers[0] = 0;
      ++draws;
      return numbers;
    }
    double uniform(std::string_view) override { return 0; }
    int draws = 0;
  } drop_first;
  const auto model = build_model("rev_mvit_test", {{"drop_path", "0.5"}});
  model->module().train();
  const DrawsScope scope(drop_first);
  KeepingTap tap;

  model->forward(batch_of(at::randn({2, 3, 32, 32})), &tap);

  EXPECT_EQ(drop_first.draws, 4);  // of five blocks, the first of which never drops
  const at::Tensor& behind = tap["rev_backbone.layers.1"];
  EXPECT_EQ(behind[0].abs().max().item<float>(), 0);
  EXPECT_GT(behind[1].abs().max().item<float>(), 0);
}

TEST(RevMvitTest, PoolsATransitionsResidualWithTheQueriesWeights) {
  const auto model = build_model("rev_mvit_4x2_test");
  const at::Tensor input = at::randn({2, 3, 4, 32, 32});
  const at::NoGradGuard no_grad;
  TensorMap state = state_of(model->module());
  // Nothing is left of both branches but the biases.
  for (const char* name :
       {"F.attn.proj.weight", "F.attn.proj.bias", "G.mlp.fc2.weight", "G.mlp.fc2.bias"}) {
    state.at(std::string("rev_backbone.layers.1.") + name).zero_();
  }
  KeepingTap tap;

  model->forward(batch_of(input), &tap);

  const at::Tensor fused = tap["rev_backbone.layers.1.fused"];  // [2, 2 * 64, 16]
  const auto weight = [&](const char* name) {
    return state.at(std::string("rev_backbone.layers.1.") + name);
  };
  at::Tensor residual = at::linear(fused, weight("res_proj.weight"), weight("res_proj.bias"));
  residual = residual.view({2, 2, 8, 8, 2, 16}).permute({0, 4, 5, 1, 2, 3}).flatten(0, 1);
  residual = at::conv3d(residual, weight("F.attn.pool_q.weight"), {}, /*stride=*/{1, 2, 2},
                        /*padding=*/{1, 1, 1}, /*dilation=*/1, /*groups=*/16);
  residual = residual.view({2, 2, 16, 2 * 16}).permute({0, 3, 1, 2});  // [B, N, heads, d]
  residual = at::layer_norm(residual, {16}, weight("F.attn.norm_q.weight"),
                            weight("F.attn.norm_q.bias"), 1e-6);
  EXPECT_TRUE(at::allclose(tap["rev_backbone.layers.1"], residual.flatten(2), 1e-4, 1e-5));
}

GoldenCase case_of(const std::string& rev) {
  return test::slowfast_case(
      "rev_mvit", "slowfast.models.MViT (reversible)",
      R"(, "DEPTH": 3, "CLS_EMBED_ON": false, "REV": {"ENABLE": true)" + rev + "}");
}

TEST(RevMvitGoldenTest, RefusesByNameWhatIsNotImplemented) {
  const auto build = [](const std::string& rev) {
    return [golden = case_of(rev)] { test::build_case(golden); };
  };

  EXPECT_THAT(build(R"(, "RES_PATH": "max")"),
              ThrowsError(ErrorKind::kData, HasSubstr("RES_PATH max")));
  EXPECT_THAT(build(R"(, "PRE_Q_FUSION": "product")"),
              ThrowsError(ErrorKind::kData, HasSubstr("PRE_Q_FUSION product")));
  EXPECT_THAT(build(R"(, "RESPATH_FUSE": "add")"),
              ThrowsError(ErrorKind::kData, HasSubstr("mean pooling")));
  EXPECT_THAT(build(R"(, "BUFFER_LAYERS": [2])"),
              ThrowsError(ErrorKind::kData, HasSubstr("transition at block 2")));
}

}  // namespace
}  // namespace yardstick
