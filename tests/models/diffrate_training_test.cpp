#include "models/layers/token_merging.h"
#include "models/methods/diffrate/diffrate_macs.h"
#include "models/methods/diffrate/diffrate_matching.h"
#include "models/methods/diffrate/diffrate_rates.h"
#include "models/methods/diffrate/diffrate_training.h"
#include "models/methods/number_list.h"
#include "models/vit/vit_golden.h"
#include "tests/models/keeping_tap.h"
#include "tests/models/reducing.h"
#include "tests/support/project_paths.h"

#include <yardstick/golden.h>
#include <yardstick/learned_cost.h>
#include <yardstick/tensor_file.h>

#include <ATen/ATen.h>
#include <torch/nn/module.h>

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace yardstick {
namespace {

using test::apply_method;
using test::batch_of;
using test::build_model;
using test::images_for;
using test::KeepingTap;
using test::list;
using testing::UnorderedElementsAre;

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

}  // namespace
}  // namespace yardstick
