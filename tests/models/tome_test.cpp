#include "models/methods/tome/tome.h"

#include "models/methods/tome/merge_schedule.h"
#include "models/vit/vit_config.h"
#include "models/vit/vit_model.h"
#include "tests/models/keeping_tap.h"
#include "tests/models/reducing.h"
#include "tests/support/throws_error.h"

#include <ATen/ATen.h>
#include <torch/nn/module.h>

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

namespace yardstick {
namespace {

using test::apply_method;
using test::batch_of;
using test::build_method;
using test::build_model;
using test::images_for;
using test::KeepingTap;
using test::ThrowsError;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

std::vector<std::string> reducible_test_variants() {
  const Registrar registrar = test::builtin_registrar();
  std::vector<std::string> names;
  for (const ModelEntry* entry : registrar.models.list()) {
    if (!entry->info.is_test_variant) continue;
    if (test::describe_model(*entry)->capability<TokenReducible>() != nullptr) {
      names.push_back(entry->name);
    }
  }
  return names;
}

class TomeModelsTest : public testing::TestWithParam<std::string> {};

TEST_P(TomeModelsTest, MergesInEveryBlockAndTellsWhere) {
  const auto model = build_model(GetParam());
  model->module().eval();
  const TokenLayout layout = model->capability<TokenReducible>()->token_layout();
  const auto shape = model->forward(batch_of(images_for(*model, 2))).logits.sizes().vec();
  apply_method(*model, "tome", {{"r", "2"}, {"trace_source", "true"}});
  KeepingTap tap;

  const at::Tensor logits = model->forward(batch_of(images_for(*model, 2)), &tap).logits;

  const std::int64_t left = layout.tokens() - 2 * layout.depth;
  EXPECT_EQ(logits.sizes().vec(), shape);
  EXPECT_TRUE(logits.isfinite().all().item<bool>());
  EXPECT_THAT(tap["blocks.0.size"].sizes().vec(), ElementsAre(2, layout.tokens() - 2, 1));
  EXPECT_THAT(tap["size"].sizes().vec(), ElementsAre(2, left, 1));
  const at::Tensor source = tap["source"];
  EXPECT_THAT(source.sizes().vec(), ElementsAre(2, left, layout.tokens()));
  EXPECT_TRUE(at::equal(source.sum(2), tap["size"].squeeze(-1)));
  for (std::int64_t i = 0; i < layout.prefix; ++i) {
    EXPECT_TRUE(at::equal(source.select(1, i), at::eye(layout.tokens())[i].expand({2, -1}))) << i;
  }
}

TEST_P(TomeModelsTest, IsTheModelItselfWithNothingToMerge) {
  const auto model = build_model(GetParam());
  model->module().eval();
  const at::Tensor input = images_for(*model, 2);
  const at::Tensor plain = model->forward(batch_of(input)).logits;

  apply_method(*model, "tome", {{"r", "0"}});

  EXPECT_TRUE(at::equal(model->forward(batch_of(input)).logits, plain));
}

TEST_P(TomeModelsTest, TreatsSamplesOfABatchAlike) {
  const auto model = build_model(GetParam());
  model->module().eval();
  apply_method(*model, "tome", {{"r", "3"}, {"prop_attn", "true"}});
  const at::Tensor input = images_for(*model, 3);

  const at::Tensor together = model->forward(batch_of(input)).logits;
  const at::Tensor alone = model->forward(batch_of(input.slice(0, 1, 2))).logits;

  EXPECT_TRUE(at::allclose(together.slice(0, 1, 2), alone, 1e-4, 1e-5));
}

TEST_P(TomeModelsTest, IsTheSameWithAndWithoutATap) {
  const auto model = build_model(GetParam());
  model->module().eval();
  apply_method(*model, "tome", {{"r", "3"}, {"prop_attn", "true"}});
  const at::Tensor input = images_for(*model, 2);
  const at::NoGradGuard no_grad;
  KeepingTap tap;

  const at::Tensor seen = model->forward(batch_of(input), &tap).logits;

  EXPECT_TRUE(at::allclose(model->forward(batch_of(input)).logits, seen, 1e-5, 1e-6));
}

TEST_P(TomeModelsTest, TrainsEveryParameter) {
  const auto model = build_model(GetParam());
  model->module().train();
  apply_method(*model, "tome", {{"r", "2"}});

  model->forward(batch_of(images_for(*model, 2))).logits.square().sum().backward();

  for (const auto& [name, tensor] : state_of(model->module())) {
    EXPECT_EQ(tensor.grad().defined(), tensor.requires_grad()) << name;
  }
}

TEST_P(TomeModelsTest, ComputesInHalfPrecision) {
  const auto model = build_model(GetParam());
  model->module().eval();
  apply_method(*model, "tome", {{"r", "2"}, {"prop_attn", "true"}});
  const at::Tensor input = images_for(*model, 2);
  const at::Tensor exact = model->forward(batch_of(input)).logits;

  model->module().to(at::kBFloat16);
  const at::Tensor logits = model->forward(batch_of(input.to(at::kBFloat16))).logits;

  EXPECT_EQ(logits.scalar_type(), at::kBFloat16);
  EXPECT_LT((logits.to(at::kFloat) - exact).norm().item<float>(), 0.3 * exact.norm().item<float>());
}

INSTANTIATE_TEST_SUITE_P(Reducible, TomeModelsTest, testing::ValuesIn(reducible_test_variants()),
                         [](const auto& test) { return test.param; });

// Without a tap the bias goes into the product of queries and keys, with one beside it.
TEST(TomeTest, FoldsSizesIntoHalfPrecisionAttentionWithoutLosingThem) {
  const auto model = build_model("vit_test");
  model->module().eval();
  apply_method(*model, "tome", {{"r", "6"}});
  model->module().to(at::kBFloat16);
  const Batch batch = batch_of(images_for(*model, 4).to(at::kBFloat16));
  const at::NoGradGuard no_grad;
  KeepingTap tap;

  const at::Tensor beside = model->forward(batch, &tap).logits;
  const at::Tensor within = model->forward(batch).logits;

  EXPECT_LT((within - beside).abs().max().item<double>(), 0.02 * beside.abs().max().item<double>());
}

TEST(TomeTest, ActsOnImageAndVideoTransformers) {
  EXPECT_THAT(reducible_test_variants(),
              testing::IsSupersetOf({"vit_test", "deit_distilled_test", "mae_st_vit_test"}));
}

// A small network with a mean behind its class token.
std::unique_ptr<Model> pooled_vit(MergedTokens merged_tokens, std::int64_t depth) {
  VitConfig config{.image = {32, 32},
                   .patch = {8, 8},
                   .classes = 10,
                   .width = 32,
                   .depth = depth,
                   .heads = 2,
                   .pool = TokenPool::kMean,
                   .final_norm = VitNorm::kNone,
                   .init = InitScale::kFanIn};
  config.merged_tokens = merged_tokens;
  ModelInfo info;
  info.name = "pooled_vit";
  info.input_shape = {3, 32, 32};
  auto model = make_vit_model(std::move(info), config);
  model->module().eval();
  return model;
}

TEST(TomeTest, CountsSizesInAttentionUnlessTheModelIsMaes) {
  const auto logits_of = [](MergedTokens merged_tokens, const char* prop_attn) {
    at::manual_seed(5);
    const auto model = pooled_vit(merged_tokens, /*depth=*/2);
    apply_method(*model, "tome", {{"r", "4"}, {"prop_attn", prop_attn}});
    return model->forward(batch_of(images_for(*model, 1))).logits;
  };
  constexpr auto kTimm = MergedTokens::kCountInAttention;
  constexpr auto kMae = MergedTokens::kCountInMean;

  EXPECT_TRUE(at::equal(logits_of(kTimm, "auto"), logits_of(kTimm, "true")));
  EXPECT_FALSE(at::equal(logits_of(kTimm, "auto"), logits_of(kTimm, "false")));
  EXPECT_TRUE(at::equal(logits_of(kMae, "auto"), logits_of(kMae, "false")));
  EXPECT_FALSE(at::equal(logits_of(kMae, "auto"), logits_of(kMae, "true")));
}

TEST(TomeTest, CountsPatchesInTheMeanOfMaesModels) {
  const auto features_are_kept = [](MergedTokens merged_tokens) {
    const auto model = pooled_vit(merged_tokens, /*depth=*/1);
    {  // without attention and MLP a block only merges
      const at::NoGradGuard no_grad;
      for (auto& [name, tensor] : state_of(model->module())) {
        if (name.find("attn.proj.") != name.npos || name.find("fc2.") != name.npos) tensor.zero_();
      }
    }
    const at::Tensor input = images_for(*model, 2);
    const at::Tensor plain = model->forward(batch_of(input)).features;
    apply_method(*model, "tome", {{"r", "5"}});
    return at::allclose(model->forward(batch_of(input)).features, plain, 1e-5, 1e-6);
  };

  EXPECT_TRUE(features_are_kept(MergedTokens::kCountInMean));
  EXPECT_FALSE(features_are_kept(MergedTokens::kCountInAttention));  // as timm's patch does
}

TEST(TomeTest, GoesWithALinearProbe) {
  const auto model = build_model("vit_test");
  apply_method(*model, "tome", {{"r", "2"}});
  apply_method(*model, "linear_probe");

  model->module().train();
  model->forward(batch_of(images_for(*model, 4))).logits.sum().backward();

  const TensorMap state = state_of(model->module());
  EXPECT_TRUE(state.at("head.1.weight").grad().defined());
  EXPECT_FALSE(state.at("blocks.0.attn.qkv.weight").grad().defined());
}

TEST(TomeTest, RefusesModelsThatCannotMergeSayingWhy) {
  const auto tome = build_method("tome");
  const auto twice = build_model("vit_test");
  tome->apply(*twice);

  EXPECT_THAT(tome->refusal(*twice), Optional(HasSubstr("already reduces its tokens by tome")));
  EXPECT_THAT(tome->refusal(*build_model("mae_test")), Optional(HasSubstr("masked patches")));
  EXPECT_THAT(tome->refusal(*build_model("hiera_test")), Optional(HasSubstr("grid")));
  EXPECT_THAT(build_method("tome", {{"r", "1/1/1"}})->refusal(*build_model("vit_test")),
              Optional(HasSubstr("3 blocks")));
}

TEST(TomeTest, RefusesSchedulesThatSayNothing) {
  for (const char* text : {"", "many", "4/", "4,4", "-1", "2.5"}) {
    EXPECT_THAT([&] { build_method("tome", {{"r", text}}); },
                ThrowsError(ErrorKind::kUser, HasSubstr("tome")))
        << text;
  }
  EXPECT_THAT([] { build_method("tome", {{"r", "4/2"}, {"inflect", "-1"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("inflect")));
}

TEST(MergeScheduleTest, BendsAConstant) {
  EXPECT_THAT(merge_schedule(3, 0.0, 4), ElementsAre(3, 3, 3, 3));
  EXPECT_THAT(merge_schedule(6, -1.0, 4), ElementsAre(12, 8, 4, 0));
  EXPECT_THAT(merge_schedule(6, 1.0, 4), ElementsAre(0, 4, 8, 12));
  EXPECT_THAT(merge_schedule(5, -1.0, 1), ElementsAre(5));
  EXPECT_THAT(padded_schedule({4, 2}, 4), ElementsAre(4, 2, 0, 0));
}

}  // namespace
}  // namespace yardstick
