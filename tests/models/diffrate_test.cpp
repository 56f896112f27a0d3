#include "models/layers/token_merging.h"
#include "models/methods/diffrate/compression_rates.h"
#include "models/methods/diffrate/diffrate_macs.h"
#include "models/methods/diffrate/diffrate_matching.h"
#include "models/methods/diffrate/diffrate_rates.h"
#include "models/methods/diffrate/diffrate_training.h"
#include "models/methods/number_list.h"
#include "models/vit/vit_golden.h"
#include "tests/models/keeping_tap.h"
#include "tests/models/reducing.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <yardstick/golden.h>
#include <yardstick/learned_cost.h>
#include <yardstick/tensor_file.h>

#include <ATen/ATen.h>
#include <torch/nn/module.h>

#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <string>
#include <vector>

namespace yardstick {
namespace {

using test::apply_method;
using test::batch_of;
using test::build_method;
using test::build_model;
using test::images_for;
using test::KeepingTap;
using test::list;
using test::ThrowsError;
using testing::AllOf;
using testing::ElementsAre;
using testing::Eq;
using testing::HasSubstr;
using testing::Optional;
using testing::UnorderedElementsAre;

// vit_test has 17 tokens and 2 blocks, vit_nano_patch4_28 50 and 4.

TEST(ClassAttentionTest, IsTheClassTokensRowOfTheSoftmaxedAttention) {
  at::manual_seed(1);
  const at::Tensor q = at::randn({2, 5, 3, 4});
  const at::Tensor k = at::randn({2, 5, 3, 4});
  const at::Tensor bias = at::randn({2, 5});

  const at::Tensor attention = class_attention(q, k, bias);

  const at::Tensor logits =
      at::matmul(q.transpose(1, 2), k.permute({0, 2, 3, 1})) / 2.0 + bias.view({2, 1, 1, 5});
  const at::Tensor expected = at::softmax(logits, -1).mean(1).select(1, 0);
  EXPECT_TRUE(at::allclose(attention, expected, 1e-5, 1e-6));
}

TEST(ByImportanceTest, PutsTheClassTokenFirstAndTheMostAttendedNext) {
  const at::Tensor attention = at::tensor({0.0, 0.2, 0.4, 0.2, 0.3}).unsqueeze(0);

  EXPECT_THAT(list(by_importance(attention, 5)), ElementsAre(0, 2, 4, 1, 3));
  EXPECT_THAT(list(by_importance(attention, 3)), ElementsAre(0, 2, 4));
}

TEST(MatchByImportanceTest, JoinsEachTokenThatLeavesToTheMostAlikeOfTheKept) {
  const at::Tensor x = at::tensor({1.F, 0.F, 1.F, 0.1F, 0.F, 1.F, 3.F, 0.F}).view({1, 4, 2});
  const at::Tensor order = at::tensor({0, 2, 1, 3}, at::kLong).unsqueeze(0);

  const ImportanceMatching matched = match_by_importance(x, order, 3, /*prefix=*/1);

  EXPECT_THAT(list(matched.matching.kept), ElementsAre(0, 2, 1));
  EXPECT_THAT(list(matched.matching.merged), ElementsAre(3));
  EXPECT_THAT(list(matched.matching.into), ElementsAre(2));  // token 1, and never the class token
  const at::Tensor size = merge_sizes(at::ones({1, 4}), matched);
  EXPECT_TRUE(at::allclose(size, at::tensor({1.F, 1.F, 1.F + 1.F / std::sqrt(1.01F)})));
}

TEST(DiffRateTest, KeepsTheGivenNumbersAndNoMoreThanAreLeft) {
  const auto model = build_model("vit_test");
  apply_method(*model, "diffrate", {{"prune_kept", "15/17"}, {"merge_kept", "11/9"}});
  KeepingTap tap;

  model->forward(batch_of(images_for(*model, 3)), &tap);

  EXPECT_THAT(tap["blocks.0"].sizes().vec(), ElementsAre(3, 11, 32));
  EXPECT_THAT(tap["blocks.1"].sizes().vec(), ElementsAre(3, 9, 32));
  EXPECT_THAT(tap["size"].sizes().vec(), ElementsAre(3, 9, 1));
}

TEST(DiffRateTest, PrunedTokensAreInNoTokenAndMergedOnesInOne) {
  const auto model = build_model("vit_test");
  apply_method(*model, "diffrate",
               {{"prune_kept", "15/10"}, {"merge_kept", "12/10"}, {"trace_source", "true"}});
  KeepingTap tap;

  model->forward(batch_of(images_for(*model, 3)), &tap);

  const at::Tensor held = tap["source"].sum(1);  // [3, 17], in how many tokens
  EXPECT_TRUE(at::logical_or(held == 0, held == 1).all().item<bool>());
  EXPECT_TRUE(at::equal(tap["source"].select(1, 0).select(1, 0), at::ones({3})));
  // 2 go in the first block, and in the second 2 of the tokens that may hold several.
  EXPECT_TRUE((held.sum(1) <= 13).all().item<bool>());
}

TEST(DiffRateTest, KeepingAllOnlyReordersTheTokens) {
  const auto model = build_model("vit_test", {{"global_pool", "avg"}});
  const Batch batch = batch_of(images_for(*model, 2));
  const at::Tensor plain = model->forward(batch).logits;

  apply_method(*model, "diffrate", {{"prune_kept", "17/17"}});

  EXPECT_TRUE(at::allclose(model->forward(batch).logits, plain, 1e-4, 1e-5));
}

TEST(DiffRateTest, TrainsEveryParameterAtGivenNumbers) {
  const auto model = build_model("vit_test");
  apply_method(*model, "diffrate", {{"prune_kept", "15/12"}, {"merge_kept", "13/9"}});

  test::expect_trains_every_parameter(*model);
}

TEST(DiffRateTest, GoesWithALinearProbe) {
  const auto model = build_model("vit_test");
  apply_method(*model, "linear_probe");
  apply_method(*model, "diffrate", {{"merge_kept", "12/8"}});
  model->module().train();

  model->forward(batch_of(images_for(*model, 4))).logits.sum().backward();

  EXPECT_TRUE(state_of(model->module()).at("head.1.weight").grad().defined());
}

TEST(DiffRateTest, StaysFiniteInHalfPrecision) {
  const auto model = build_model("vit_test");
  apply_method(*model, "diffrate", {{"prune_kept", "15/12"}, {"merge_kept", "11/7"}});

  test::expect_finite_in_half_precision(*model);
}

TEST(DiffRateRefusalTest, NamesWhatDoesNotFit) {
  const auto model = build_model("vit_test");
  const auto refusal = [&](test::Settings settings) {
    return build_method("diffrate", settings)->refusal(*model);
  };

  EXPECT_THAT(refusal({{"prune_kept", "17/12"}}), Eq(std::nullopt));
  EXPECT_THAT(refusal({{"prune_kept", "17/12/9"}}),
              Optional(HasSubstr("prune_kept has 3 numbers for 2 blocks")));
  EXPECT_THAT(refusal({{"merge_kept", "17/18"}}),
              Optional(HasSubstr("merge_kept keeps 18 tokens; it can be 2 to 17")));
  EXPECT_THAT(refusal({{"merge_kept", "17/1"}}), Optional(HasSubstr("keeps 1 tokens")));
  EXPECT_THAT(refusal({{"learn", "rates"}, {"granularity", "17"}}),
              Optional(HasSubstr("granularity of 17")));
  EXPECT_THAT(build_method("diffrate", {{"learn", "rates"}})->refusal(*build_model("hiera_test")),
              Optional(HasSubstr("windows and stages")));
}

TEST(DiffRateRefusalTest, WantsItsNumbersFromOnePlace) {
  EXPECT_THAT([] { build_method("diffrate"); },
              ThrowsError(ErrorKind::kUser, HasSubstr("no numbers of tokens")));
  EXPECT_THAT([] { build_method("diffrate", {{"prune_kept", "17/12"}, {"learn", "rates"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("more than one place")));
  EXPECT_THAT([] { build_method("diffrate", {{"rates", "file.json"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("rates and target together")));
  EXPECT_THAT([] { build_method("diffrate", {{"prune_kept", "17;12"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("17;12 and no list")));
}

class CompressionRatesTest : public testing::Test {
 protected:
  void write(const std::string& text) { std::ofstream(path_) << text; }

  test::TempDir folder_;
  std::string path_ = folder_.file("compression_rate.json");
};

TEST_F(CompressionRatesTest, ReadsListsThatArePythonTextOrJson) {
  write(R"({"ViT-S-DeiT": {"2.9": {"prune_kept_num": "[17, 12]", "merge_kept_num": [15, 9]}}})");

  const KeptTokens kept = read_compression_rates(path_, "ViT-S-DeiT", "2.9");

  EXPECT_THAT(kept.prune, ElementsAre(17, 12));
  EXPECT_THAT(kept.merge, ElementsAre(15, 9));
}

TEST_F(CompressionRatesTest, ActsOnTheModelThatItNames) {
  write(R"({"tiny": {"2.9": {"prune_kept_num": "[17, 12]", "merge_kept_num": "[15, 9]"}}})");
  const auto model = build_model("vit_test");
  apply_method(*model, "diffrate", {{"rates", path_}, {"target", "2.9"}, {"rates_model", "tiny"}});
  KeepingTap tap;

  model->forward(batch_of(images_for(*model, 2)), &tap);

  EXPECT_EQ(tap["blocks.0"].size(1), 15);
  EXPECT_EQ(tap["blocks.1"].size(1), 9);
}

TEST_F(CompressionRatesTest, SaysWhatTheFileHasWhereItLacksWhatIsAsked) {
  write(R"({"ViT-S-DeiT": {"2.9": {"prune_kept_num": "None", "merge_kept_num": "[1]"}}})");
  const auto read = [this](const char* model, const char* target) {
    return [this, model, target] { read_compression_rates(path_, model, target); };
  };

  EXPECT_THAT(read("ViT-B-MAE", "2.9"),
              ThrowsError(ErrorKind::kData,
                          AllOf(HasSubstr("no model ViT-B-MAE"), HasSubstr("it has ViT-S-DeiT"))));
  EXPECT_THAT(
      read("ViT-S-DeiT", "3"),
      ThrowsError(ErrorKind::kData, AllOf(HasSubstr("no target 3"), HasSubstr("it has 2.9"))));
  EXPECT_THAT(read("ViT-S-DeiT", "2.9"),
              ThrowsError(ErrorKind::kData, HasSubstr("prune_kept_num is None and no list")));
  EXPECT_THAT([] { read_compression_rates("nowhere.json", "", ""); },
              ThrowsError(ErrorKind::kData, HasSubstr("cannot read nowhere.json")));
}

TEST_F(CompressionRatesTest, KnowsPublishedModelsByWidthAndKind) {
  TokenLayout deit;
  deit.width = 384;
  TokenLayout mae;
  mae.width = 1280;
  mae.has_proportional_attention = false;
  TokenLayout other;
  other.width = 32;

  EXPECT_THAT(compression_rates_model(deit), Optional(Eq("ViT-S-DeiT")));
  EXPECT_THAT(compression_rates_model(mae), Optional(Eq("ViT-H-MAE")));
  EXPECT_THAT(compression_rates_model(other), Eq(std::nullopt));
}

at::Tensor random_logits(KeptNumber& number) {
  const at::NoGradGuard no_grad;
  at::manual_seed(2);
  number.selected_probability.copy_(at::randn(number.selected_probability.sizes()));
  return number.selected_probability;
}

TEST(KeptNumberTest, StartsAtTheMeanOfItsCandidates) {
  const KeptNumber number({.patches = 24, .granularity = 4});

  EXPECT_TRUE(at::equal(number.candidates(), at::tensor({24.F, 20.F, 16.F, 12.F, 8.F, 4.F})));
  EXPECT_EQ(number.kept(), 15);  // 14, and the class token
}

TEST(KeptNumberTest, EvaluationKeepsWhatWasSetAlsoInHalfPrecision) {
  KeptNumber number({.patches = 196, .granularity = 1});
  random_logits(number);
  const at::Tensor expected = number.expected();

  number.set_kept(expected);
  number.to(at::kBFloat16);

  EXPECT_EQ(number.kept(), expected.item<std::int64_t>());
}

// Central differences of `value` over each logit.
template <typename Value>
at::Tensor differences(KeptNumber& number, const Value& value) {
  constexpr double kStep = 1e-2;
  const at::NoGradGuard no_grad;
  at::Tensor logits = number.selected_probability;
  std::vector<double> slopes;
  for (std::int64_t i = 0; i < logits.numel(); ++i) {
    at::Tensor logit = logits.select(0, i);
    logit.add_(kStep);
    const double above = value();
    logit.sub_(2 * kStep);
    const double below = value();
    logit.add_(kStep);
    slopes.push_back((above - below) / (2 * kStep));
  }
  return at::tensor(slopes);
}

TEST(KeptNumberTest, ItsGradientIsThatOfTheExpectationBeforeItIsRounded) {
  KeptNumber number({.patches = 24, .granularity = 4});
  const at::Tensor logits = random_logits(number);

  number.expected().backward();

  const at::Tensor slopes = differences(number, [&] {
    const at::Tensor shares = at::softmax(logits.to(at::kDouble), 0);
    return (number.candidates() * shares).sum().item<double>();
  });
  EXPECT_TRUE(at::allclose(logits.grad().to(at::kDouble), slopes, 1e-3, 1e-3));
  EXPECT_GT(logits.grad().abs().max().item<float>(), 0.1);
}

TEST(KeptNumberTest, TheMasksGradientIsThatOfTheProbabilities) {
  KeptNumber number({.patches = 12, .granularity = 3});
  const at::Tensor logits = random_logits(number);
  at::manual_seed(3);
  const at::Tensor weights = at::randn({13});
  const at::Tensor kept = at::full({}, 5.0);

  const at::Tensor mask = number.mask(kept, at::full({}, 11.0));
  (mask * weights).sum().backward();

  EXPECT_TRUE(at::allclose(
      mask.detach(), at::tensor({1.F, 1.F, 1.F, 1.F, 1.F, 0.F, 0.F, 0.F, 0.F, 0.F, 0.F, 1.F, 1.F}),
      0, 1e-6));
  const at::Tensor slopes =
      differences(number, [&] { return (number.probability() * weights).sum().item<double>(); });
  EXPECT_TRUE(at::allclose(logits.grad().to(at::kDouble), slopes, 1e-2, 1e-3));
}

TEST(PolicySoftmaxTest, LeavesMaskedKeysToThemselvesOnly) {
  at::manual_seed(4);
  const at::Tensor logits = at::randn({1, 2, 4, 4});
  const at::Tensor mask = at::tensor({1.F, 0.F, 1.F, 1.F}).unsqueeze(0);

  const at::Tensor weights = softmax_with_policy(logits, mask);

  const at::Tensor masked = weights.select(3, 1);  // [1, 2, 4], of each query to key 1
  EXPECT_LT(masked.select(2, 0).max().item<float>(), 1e-6);
  EXPECT_GT(masked.select(2, 1).min().item<float>(), 1e-3);
  EXPECT_TRUE(at::allclose(weights.sum(-1), at::ones({1, 2, 4}), 0, 1e-5));
  EXPECT_TRUE(at::allclose(softmax_with_policy(logits, at::ones({1, 4})), at::softmax(logits, -1),
                           1e-4, 1e-5));
}

using Numbers = std::vector<std::int64_t>;

// The small model with numbers to learn, which are set to these in the blocks from the second on.
std::unique_ptr<Model> learning_model(const Numbers& prune, const Numbers& merge) {
  at::manual_seed(6);
  auto model = build_model("vit_nano_patch4_28", {{"global_pool", "token"}});
  apply_method(*model, "diffrate", {{"learn", "all"}, {"granularity", "1"}});
  const at::NoGradGuard no_grad;
  TensorMap state = state_of(model->module());
  const auto set = [&](std::size_t i, const char* name, std::int64_t kept) {
    at::Tensor logits = state.at(concat("diffrate.", i + 1, ".", name, ".selected_probability"));
    logits.zero_();
    logits.select(0, 50 - kept).fill_(40.0);  // candidates 49, 48, ... beside the class token
  };
  for (std::size_t i = 0; i < prune.size(); ++i) {
    set(i, "prune", prune[i]);
    set(i, "merge", merge[i]);
  }
  return model;
}

TEST(RateLearningTest, AMaskedTokenCountsAsLittleAsOneThatLeft) {
  const auto model = learning_model({30, 20, 12}, {50, 50, 50});
  const Batch batch = batch_of(images_for(*model, 3));
  const at::NoGradGuard no_grad;

  model->module().train();
  const at::Tensor masked = model->forward(batch).logits;
  model->module().eval();
  const at::Tensor pruned = model->forward(batch).logits;
  model->capability<TokenReducible>()->use_token_reducer(nullptr);
  const at::Tensor plain = model->forward(batch).logits;

  EXPECT_TRUE(at::allclose(masked, pruned, 1e-3, 1e-4)) << masked << pruned;
  EXPECT_FALSE(at::allclose(plain, pruned, 1e-3, 1e-4));
}

TEST(RateLearningTest, MergesAsEvaluationDoesButLeavesTheMergedBehind) {
  const auto model = learning_model({20, 50, 50}, {8, 50, 50});
  const auto pass = test::start_pass(*model, PassMode::kTraining);
  at::manual_seed(7);
  const at::Tensor q = at::randn({2, 50, 4, 16});
  const at::Tensor k = at::randn({2, 50, 4, 16});
  const at::Tensor x = at::randn({2, 50, 64});

  pass->attend(q, k, k);
  const at::Tensor out = pass->reduce({.block = 1, .x = x, .queries = q, .keys = k});

  const at::Tensor order = by_importance(class_attention(q, k, {}), 50);
  const ImportanceMatching matched = match_by_importance(x, order.slice(1, 0, 20), 8, 1);
  const at::Tensor merged = layers::merge(x, matched.matching, layers::MergeMode::kMean);
  EXPECT_TRUE(at::allclose(out.slice(1, 0, 8), merged, 1e-4, 1e-5));
  EXPECT_TRUE(at::equal(out.slice(1, 8), layers::take_rows(x, order.slice(1, 8))));
  // Similarities below 1 count as 1 in training.
  const at::Tensor size = pass->state().size;
  EXPECT_TRUE(
      at::equal(size.slice(1, 0, 8), layers::merge_sizes(at::ones({2, 50}), matched.matching)));
  EXPECT_TRUE(at::equal(size.slice(1, 8), at::ones({2, 42})));
}

TEST(RateLearningTest, EvaluationKeepsTheNumbersOfTheLastTrainingPass) {
  const auto model = learning_model({30, 40, 12}, {25, 20, 9});
  const Batch batch = batch_of(images_for(*model, 2));
  KeepingTap tap;

  model->module().train();
  model->forward(batch);
  model->module().eval();
  model->forward(batch, &tap);

  EXPECT_EQ(tap["blocks.0"].size(1), 50);
  EXPECT_EQ(tap["blocks.1"].size(1), 25);
  EXPECT_EQ(tap["blocks.2"].size(1), 20);
  EXPECT_EQ(tap["blocks.3"].size(1), 9);
  ASSERT_NE(learned_cost(*model), nullptr);
  EXPECT_EQ(learned_cost(*model)->learned(), "prune_kept=50/30/40/12,merge_kept=50/25/20/9");
}

TEST(RateLearningTest, ItsCostIsThatOfTheNumbersAndHasAGradientToThem) {
  const auto model = learning_model({30, 40, 12}, {25, 20, 9});
  model->module().train();

  model->forward(batch_of(images_for(*model, 2)));
  const at::Tensor macs = learned_cost(*model)->macs();
  macs.backward();

  const double expected = DiffRateMacs::of(*model).total({{50, 30, 40, 12}, {50, 25, 20, 9}});
  EXPECT_NEAR(macs.item<double>() / expected, 1.0, 1e-6);
  for (const auto& [name, tensor] : state_of(model->module())) {
    if (!name.ends_with("selected_probability")) continue;
    EXPECT_TRUE(tensor.grad().defined()) << name;
  }
}

TEST(RateLearningTest, TheLabelsLossReachesTheRatesThroughTheMasks) {
  const auto model = build_model("vit_nano_patch4_28");
  apply_method(*model, "diffrate", {{"learn", "rates"}});
  model->module().train();

  model->forward(batch_of(images_for(*model, 3))).logits.square().sum().backward();

  const at::Tensor gradient =
      state_of(model->module()).at("diffrate.1.prune.selected_probability").grad();
  ASSERT_TRUE(gradient.defined());
  EXPECT_GT(gradient.abs().max().item<float>(), 0);
}

TEST(RateLearningTest, AModelOfMaePoolsOnlyWhatIsNotMasked) {
  // Its last block keeps all, as in the official patch.
  const Registrar registrar = test::builtin_registrar();
  const auto model = test::describe_model(registrar.models.get("vit_base_patch16"),
                                          {{"img_size", "32"}, {"classes", "3"}});
  apply_method(*model, "diffrate", {{"learn", "rates"}, {"granularity", "1"}});
  const auto pass = test::start_pass(*model, PassMode::kTraining);
  const at::Tensor q = at::randn({2, 5, 12, 64});
  const at::Tensor x = at::randn({2, 5, 768});

  pass->attend(q, q, q);
  const at::Tensor out = pass->reduce({.block = 1, .x = x, .queries = q, .keys = q});
  const at::Tensor pooled = pass->pool(out.slice(1, 1));

  // Of 4 patches the mean of the candidates, 2.5, leaves 3.
  EXPECT_TRUE(at::allclose(pooled.detach(), out.slice(1, 1, 4).mean(1), 1e-4, 1e-5));
  EXPECT_FALSE(state_of(model->module()).contains("diffrate.11.prune.selected_probability"));
  EXPECT_TRUE(state_of(model->module()).contains("diffrate.10.prune.selected_probability"));
}

// One training pass of OpenGVLab/DiffRate @ 91ae3e3 over small random ViTs, with granularity 2: its
// patch/deit.py or patch/mae.py, merge.py and ddp.py. The loss is the cross entropy plus
// 5 (MMACs - 0.2)^2.
class OfficialTrainingTest : public testing::TestWithParam<const char*> {};

TEST_P(OfficialTrainingTest, HasTheSameLogitsCostAndGradients) {
  const bool is_mae = std::string(GetParam()) == "mae";
  const TensorMap file = read_safetensors(test::test_data(concat("models/data/diffrate_learning_",
                                                                 GetParam(), ".safetensors")))
                             .tensors;
  GoldenCase golden;
  golden.name = GetParam();
  golden.family = "vit";
  golden.mode = "train";
  golden.entry = "classify";
  golden.constructor =
      is_mae ? "models_vit.VisionTransformer" : "timm.models.vision_transformer.VisionTransformer";
  golden.config = Arguments::parse(
      concat(R"({"img_size": 16, "patch_size": 4, "embed_dim": 16, "depth": 4, "num_heads": 2,
                 "num_classes": 5, "qkv_bias": true,
                 "norm_layer": {"name": "LayerNorm", "eps": 1e-6})",
             is_mae ? R"(, "global_pool": true})" : "}"),
      golden.name);
  const auto model = make_vit_of_case(golden);
  apply_method(*model, "diffrate", {{"learn", "all"}, {"granularity", "2"}});
  TensorMap weights;
  for (const auto& [name, tensor] : file) {
    if (name.starts_with("weight.")) weights[name.substr(7)] = tensor;
  }
  for (const auto& [name, tensor] : state_of(model->module())) {
    if (name.ends_with("kept_token_number")) weights[name] = tensor;
  }
  require_complete(model->load_weights(weights, {}), golden.name);
  model->module().train();

  const at::Tensor logits = model->forward(batch_of(file.at("in.x"))).logits;
  const at::Tensor macs = learned_cost(*model)->macs();
  const at::Tensor excess = macs / 1e6 - 0.2;
  const at::Tensor loss = at::cross_entropy_loss(logits, file.at("in.label")) + 5 * excess * excess;
  loss.backward();

  EXPECT_TRUE(at::allclose(logits, file.at("out.logits"), 1e-4, 1e-5));
  EXPECT_TRUE(at::allclose(loss, file.at("out.loss"), 1e-4, 1e-5));
  EXPECT_TRUE(at::allclose(macs, file.at("out.macs"), 1e-6));
  EXPECT_EQ(learned_cost(*model)->learned(),
            "prune_kept=" + number_list_text(list(file.at("out.prune_kept"))) +
                ",merge_kept=" + number_list_text(list(file.at("out.merge_kept"))));
  const TensorMap state = state_of(model->module());
  for (const auto& [name, theirs] : file) {
    if (!name.starts_with("grad.")) continue;
    const at::Tensor ours = state.at(name.substr(5)).grad();
    EXPECT_TRUE(at::allclose(ours, theirs, 2e-3, 1e-6)) << name << ours << theirs;
  }
}

INSTANTIATE_TEST_SUITE_P(Patches, OfficialTrainingTest, testing::Values("deit", "mae"));

TEST(RateLearningTest, TrainsOnlyTheRatesWhereAskedTo) {
  const auto model = build_model("vit_test");
  apply_method(*model, "diffrate", {{"learn", "rates"}});

  std::vector<std::string> trainable;
  for (const auto& [name, tensor] : state_of(model->module())) {
    if (tensor.requires_grad()) trainable.push_back(name);
  }

  EXPECT_THAT(trainable, UnorderedElementsAre("diffrate.1.prune.selected_probability",
                                              "diffrate.1.merge.selected_probability"));
}

TEST(RateLearningTest, LoadsACheckpointThatKnowsNoRatesAndOneThatDoes) {
  const auto build = [] { return build_model("vit_nano_patch4_28", {{"global_pool", "token"}}); };
  const auto plain = build();
  const auto trained = learning_model({30, 40, 12}, {25, 20, 9});
  trained->module().train();
  trained->forward(batch_of(images_for(*trained, 2)));
  const auto model = build();
  apply_method(*model, "diffrate", {{"learn", "rates"}, {"granularity", "1"}});

  EXPECT_TRUE(model->load_weights(state_of(plain->module()), {}).is_complete());
  EXPECT_EQ(learned_cost(*model)->learned(), "prune_kept=50/26/26/26,merge_kept=50/26/26/26");
  EXPECT_TRUE(model->load_weights(state_of(trained->module()), {}).is_complete());
  EXPECT_EQ(learned_cost(*model)->learned(), "prune_kept=50/30/40/12,merge_kept=50/25/20/9");
}

GoldenCase case_of(const std::string& entry, const std::string& arguments) {
  GoldenCase golden;
  golden.name = "written_here";
  golden.family = golden.method = "diffrate";
  golden.constructor = "timm.models.vision_transformer.VisionTransformer";
  golden.mode = "eval";
  golden.entry = entry;
  golden.config =
      Arguments::parse(R"({"img_size": 8, "patch_size": 4, "embed_dim": 8, "num_heads": 2,
                           "depth": 2})",
                       "written_here");
  golden.method_arguments = Arguments::parse(arguments, "written_here");
  golden.inputs = {{"x", at::randn({1, 5, 4})}, {"selected_probability", at::randn({3})}};
  return golden;
}

TEST(DiffRateGoldenTest, RefusesWhatItDoesNotComputeByName) {
  const Registrar registrar = test::builtin_registrar();
  const GoldenFamily& family = registrar.golden_families.get("diffrate");
  const auto compute = [&](const GoldenCase& golden) {
    return [&family, golden] { family.compute(*family.build(golden), golden); };
  };
  GoldenCase training =
      case_of("classify", R"({"prune_kept_num": [5, 4], "merge_kept_num": [5, 4]})");
  training.mode = "train";

  EXPECT_THAT(compute(training), ThrowsError(ErrorKind::kData, HasSubstr("training pass")));
  EXPECT_THAT(compute(case_of("classify", R"({"prune_kept_num": [5], "merge_kept_num": [5, 4]})")),
              ThrowsError(ErrorKind::kData, HasSubstr("1 numbers for 2 blocks")));
  EXPECT_THAT(compute(case_of("function", R"({"function": "diffrate.uncompress", "args": {}})")),
              ThrowsError(ErrorKind::kData, HasSubstr("diffrate.uncompress")));
  EXPECT_THAT(compute(case_of("function", R"({"function": "diffrate.get_merge_func",
                                              "args": {"kept_number": 6}})")),
              ThrowsError(ErrorKind::kData, HasSubstr("keep 6 of 5")));
  EXPECT_THAT(compute(case_of("function", R"({"function": "diffrate.DiffRate",
                                              "args": {"patch_number": 24, "granularity": 4}})")),
              ThrowsError(ErrorKind::kData, HasSubstr("3 logits for 6 candidates")));
}

}  // namespace
}  // namespace yardstick
