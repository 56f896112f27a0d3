#include "models/vit/vit_config.h"
#include "tests/models/built.h"
#include "tests/support/throws_error.h"

#include <ATen/ATen.h>
#include <torch/nn/module.h>

#include <gmock/gmock.h>

namespace yardstick {
namespace {

using test::batch_of;
using test::build_model;
using test::ThrowsError;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

TEST(VitTest, FollowsTheImageSize) {
  const auto model = build_model("vit_test", {{"img_size", "48"}});

  EXPECT_THAT(model->info().input_shape, ElementsAre(3, 48, 48));
  EXPECT_EQ(model->info().preprocessing.crop_px, 48);
  EXPECT_THAT(model->forward(batch_of(at::randn({2, 3, 48, 48}))).logits.sizes().vec(),
              ElementsAre(2, 10));
}

TEST(VitTest, RefusesImagesOfAnotherSizeAndSizesThatDoNotFit) {
  const auto model = build_model("vit_test");

  EXPECT_THAT([&] { model->forward(batch_of(at::randn({2, 3, 40, 32}))); },
              ThrowsError(ErrorKind::kUser, AllOf(HasSubstr("vit_test takes [N, 3, 32, 32]"),
                                                  HasSubstr("[2, 3, 40, 32]"))));
  EXPECT_THAT([] { build_model("vit_test", {{"img_size", "30"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("30 is no multiple of patch size 8")));
}

TEST(VitTest, GivesFeaturesWhereItHasNoHead) {
  const auto model = build_model("vit_test", {{"classes", "0"}});

  const ModelOutput output = model->forward(batch_of(at::randn({2, 3, 32, 32})));

  EXPECT_TRUE(output.logits.is_same(output.features));
  EXPECT_THAT(output.features.sizes().vec(), ElementsAre(2, 32));
}

TEST(VitTest, NormalisesAfterMeanPooling) {
  const auto model = build_model("vit_test", {{"global_pool", "avg"}});

  const TensorMap state = state_of(model->module());

  EXPECT_TRUE(state.contains("fc_norm.weight"));
  EXPECT_FALSE(state.contains("norm.weight"));
}

TEST(VitTest, AveragesTheHeadsOfClassAndDistillationToken) {
  const auto model = build_model("deit_distilled_test");
  model->module().eval();
  TensorMap state = state_of(model->module());
  {
    const at::NoGradGuard no_grad;
    state.at("head.weight").zero_();
    state.at("head_dist.weight").zero_();
    state.at("head.bias").fill_(1.0);
    state.at("head_dist.bias").fill_(4.0);
  }

  const ModelOutput output = model->forward(batch_of(at::randn({2, 3, 32, 32})));

  EXPECT_TRUE(at::equal(output.logits, at::full({2, 10}, 2.5)));
  EXPECT_THAT(output.features.sizes().vec(), ElementsAre(2, 32));
}

TEST(VitTest, ProbesTheMeanOfClassAndDistillationToken) {
  const auto model = build_model("deit_distilled_test");

  model->capability<ReplaceableHead>()->use_linear_probe_head();

  const TensorMap state = state_of(model->module());
  EXPECT_TRUE(state.contains("head.1.weight"));
  EXPECT_FALSE(state.contains("head_dist.weight"));
  EXPECT_THAT(model->forward(batch_of(at::randn({2, 3, 32, 32}))).logits.sizes().vec(),
              ElementsAre(2, 10));
}

TEST(VitTest, TreatsSamplesOfABatchAlike) {
  const auto model = build_model("vit_test");
  const at::Tensor images = at::randn({3, 3, 32, 32});

  const at::Tensor together = model->forward(batch_of(images)).logits;
  const at::Tensor alone = model->forward(batch_of(images.slice(0, 1, 2))).logits;

  EXPECT_TRUE(at::allclose(together.slice(0, 1, 2), alone, 1e-4, 1e-5));
}

TEST(VitConfigTest, ExplainsWhatDoesNotFit) {
  VitConfig heads;
  heads.heads = 7;
  VitConfig token;
  token.has_class_token = false;
  VitConfig distilled;
  distilled.has_distillation_token = true;
  distilled.register_tokens = 4;

  EXPECT_THAT(problem_of(heads), Optional(HasSubstr("7 heads")));
  EXPECT_THAT(problem_of(token), Optional(HasSubstr("needs a class token")));
  EXPECT_THAT(problem_of(distilled), Optional(HasSubstr("registers")));
}

}  // namespace
}  // namespace yardstick
