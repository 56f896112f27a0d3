#include "models/methods/pitome/pitome.h"

#include "models/layers/token_merging.h"
#include "models/methods/pitome/pitome_matching.h"
#include "tests/models/keeping_tap.h"
#include "tests/models/reducing.h"
#include "tests/support/throws_error.h"

#include <ATen/ATen.h>
#include <torch/nn/module.h>

#include <gmock/gmock.h>

#include <cmath>
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
using testing::Each;
using testing::ElementsAre;
using testing::Eq;
using testing::HasSubstr;
using testing::Optional;
using testing::UnorderedElementsAre;

// Unit vectors at these angles, in degrees: [1, N, 2].
at::Tensor at_angles(const std::vector<double>& degrees) {
  std::vector<float> values;
  for (const double angle : degrees) {
    values.push_back(static_cast<float>(std::cos(angle * M_PI / 180)));
    values.push_back(static_cast<float>(std::sin(angle * M_PI / 180)));
  }
  return at::tensor(values).view({1, -1, 2});
}

// A cluster at 0..3 degrees, a looser pair near 90, and a token of its own at 200.
at::Tensor clustered() { return at_angles({200, 0, 90, 1, 3, 97}); }

TEST(PitomeMergesTest, CutsOffInDoublePrecision) {
  EXPECT_EQ(pitome_merges(196, 0.9), 19);
  EXPECT_EQ(pitome_merges(196, 0.5), 98);
  EXPECT_EQ(pitome_merges(197, 0.5), 98);
  EXPECT_EQ(pitome_merges(10, 0.95), 0);
  EXPECT_EQ(pitome_merges(196, 1.0), 0);
  EXPECT_EQ(pitome_merges(100, 0.55), 44);  // 100 * 0.55 is a hair above 55
}

TEST(PitomeEnergyTest, IsHighestInTheDensestClusterAndLowestAlone) {
  const PitomeOptions options{.margin = 0.5};

  const at::Tensor energy = pitome_energy(pitome_cosines(clustered()), options);

  const std::vector<std::int64_t> ranks = list(energy.argsort(1, /*descending=*/true));
  EXPECT_THAT(std::vector(ranks.begin(), ranks.begin() + 3), UnorderedElementsAre(1, 3, 4));
  EXPECT_EQ(ranks.back(), 0);
}

TEST(PitomeMatchingTest, MergesWithinTheClusterAndProtectsWhatIsAlone) {
  const layers::TokenMatching matching =
      pitome_matching(clustered(), {.ratio = 0.8, .margin = 0.5});  // r = 1

  EXPECT_THAT(list(matching.kept),
              UnorderedElementsAre(0, 2, 5, testing::AnyOf(1, 3, 4), testing::AnyOf(1, 3, 4)));
  EXPECT_THAT(list(matching.merged), ElementsAre(testing::AnyOf(1, 3, 4)));
  EXPECT_THAT(list(matching.into), ElementsAre(4));  // the last place: destinations come last
}

TEST(PitomeMatchingTest, TheBsmVariantSplitsAllTokensByRank) {
  const layers::TokenMatching matching = pitome_matching(
      clustered(), {.split = PitomeSplit::kBsm, .ratio = 0.65, .margin = 0.5});  // r = 2

  EXPECT_EQ(matching.kept.size(1), 4);
  EXPECT_EQ(matching.merged.size(1), 2);
  // Three destinations behind the one source that is left.
  EXPECT_THAT(list(matching.into), Each(AllOf(testing::Ge(1), testing::Le(3))));
}

TEST(PitomeMatchingTest, TheTextVariantTakesTheNextRanksForDestinations) {
  const PitomeOptions options{.split = PitomeSplit::kText, .ratio = 0.65, .margin = 0.5};  // r = 2
  const std::vector<std::int64_t> ranks =
      list(pitome_energy(pitome_cosines(clustered()), options).argsort(1, /*descending=*/true));

  const layers::TokenMatching matching = pitome_matching(clustered(), options);

  EXPECT_THAT(list(matching.merged), ElementsAre(ranks[0], ranks[1]));
  EXPECT_THAT(list(matching.kept), ElementsAre(ranks[4], ranks[5], ranks[2], ranks[3]));
}

TEST(PitomeMatchingTest, LeavesThePrefixInItsPlaces) {
  const at::Tensor metric = at::cat({at_angles({1, 2}), clustered()}, 1);

  const layers::TokenMatching matching =
      pitome_matching(metric, {.ratio = 0.5, .margin = 0.5, .prefix = 2});

  const std::vector<std::int64_t> kept = list(matching.kept);
  EXPECT_EQ(kept[0], 0);
  EXPECT_EQ(kept[1], 1);
  EXPECT_THAT(list(matching.merged), Each(testing::Ge(2)));
  EXPECT_THAT(list(matching.into), Each(testing::Ge(2)));
}

TEST(PitomeMatchingTest, ChangesNothingWhereNoTokenWouldLeave) {
  EXPECT_TRUE(pitome_matching(clustered(), {.ratio = 0.9}).changes_nothing());
  EXPECT_TRUE(pitome_matching(clustered(), {.ratio = 1.0}).changes_nothing());
}

TEST(PitomeTest, LeavesItsShareInEveryBlockAndCountsEachFirstTokenOnce) {
  const auto model = build_model("vit_test");  // 16 patches, 2 blocks
  apply_method(*model, "pitome", {{"ratio", "0.75"}, {"trace_source", "true"}});
  KeepingTap tap;

  model->forward(batch_of(images_for(*model, 3)), &tap);

  EXPECT_THAT(tap["blocks.0"].sizes().vec(), ElementsAre(3, 13, 32));
  EXPECT_THAT(tap["blocks.1"].sizes().vec(), ElementsAre(3, 10, 32));
  EXPECT_TRUE(at::allclose(tap["size"].sum(1), at::full({3, 1}, 17.0)));
  EXPECT_TRUE(at::equal(tap["size"].select(1, 0), at::ones({3, 1})));  // the class token
  EXPECT_TRUE(at::equal(tap["source"].sum(1), at::ones({3, 17})));
  EXPECT_TRUE(at::equal(tap["source"].sum(2, /*keepdim=*/true), tap["size"]));
}

TEST(PitomeTest, PruningDropsTokensAndMovesNone) {
  const auto model = build_model("vit_test");
  apply_method(*model, "pitome", {{"ratio", "0.75"}, {"mode", "prune"}});
  const auto pass = test::start_pass(*model);
  const at::Tensor x = at::randn({2, 17, 32});
  const at::Tensor keys = at::randn({2, 17, 2, 16});

  const at::Tensor left = pass->reduce({.block = 0, .x = x, .queries = keys, .keys = keys});

  EXPECT_THAT(left.sizes().vec(), ElementsAre(2, 13, 32));
  EXPECT_FALSE(pass->state().size.defined());
  const at::Tensor is_same = (left.unsqueeze(2) == x.unsqueeze(1)).all(-1);  // [2, 13, 17]
  EXPECT_TRUE(at::equal(is_same.sum(2), at::ones({2, 13}, at::kLong)));
}

TEST(PitomeTest, ARatioThatRemovesNoTokenIsThePlainModel) {
  const auto model = build_model("vit_test");
  const Batch batch = batch_of(images_for(*model, 2));
  const at::Tensor plain = model->forward(batch).logits;

  apply_method(*model, "pitome", {{"ratio", "0.95"}});  // 0.8 of 16 tokens

  EXPECT_TRUE(at::equal(model->forward(batch).logits, plain));
}

TEST(PitomeTest, TheOrderOfItsVariantsIsThatOfTheOfficialPatchUnlessGiven) {
  TokenLayout deit;
  TokenLayout mae;
  mae.has_proportional_attention = false;

  EXPECT_EQ(official_pitome_order(deit), PitomeOrder::kBsmFirst);
  EXPECT_EQ(official_pitome_order(mae), PitomeOrder::kPlainFirst);

  const auto logits_with = [](const char* order) {
    at::manual_seed(3);
    const auto model = build_model("vit_test");
    apply_method(*model, "pitome", {{"ratio", "0.6"}, {"order", order}});
    return model->forward(batch_of(images_for(*model, 2))).logits;
  };
  EXPECT_TRUE(at::equal(logits_with("auto"), logits_with("bsm_first")));
  EXPECT_FALSE(at::equal(logits_with("auto"), logits_with("plain_first")));
}

TEST(PitomeTest, TrainsEveryParameter) {
  const auto model = build_model("vit_test");
  apply_method(*model, "pitome", {{"ratio", "0.7"}});

  test::expect_trains_every_parameter(*model);
}

TEST(PitomeTest, StaysFiniteInHalfPrecision) {
  const auto model = build_model("vit_test");
  apply_method(*model, "pitome", {{"ratio", "0.6"}});

  test::expect_finite_in_half_precision(*model);
}

class PitomeWithProbeTest : public testing::TestWithParam<bool> {};

TEST_P(PitomeWithProbeTest, GoesWithALinearProbeInEitherOrder) {
  const auto model = build_model("vit_test");
  if (GetParam()) apply_method(*model, "linear_probe");
  apply_method(*model, "pitome", {{"ratio", "0.75"}});
  if (!GetParam()) apply_method(*model, "linear_probe");
  model->module().train();

  const at::Tensor logits = model->forward(batch_of(images_for(*model, 4))).logits;
  logits.sum().backward();

  TensorMap state = state_of(model->module());
  EXPECT_THAT(logits.sizes().vec(), ElementsAre(4, 10));
  EXPECT_TRUE(state.at("head.1.weight").grad().defined());
  EXPECT_FALSE(state.at("blocks.0.attn.qkv.weight").grad().defined());
}

INSTANTIATE_TEST_SUITE_P(Orders, PitomeWithProbeTest, testing::Bool());

TEST(PitomeRefusalTest, NamesWhyAModelCannotBeReduced) {
  const auto twice = build_model("vit_test");
  apply_method(*twice, "pitome");

  EXPECT_THAT(build_method("pitome")->refusal(*build_model("hiera_test")),
              Optional(HasSubstr("windows and stages")));
  EXPECT_THAT(build_method("pitome")->refusal(*build_model("mae_test")),
              Optional(HasSubstr("masked patches")));
  EXPECT_THAT(build_method("pitome")->refusal(*twice), Optional(HasSubstr("already reduces")));
  EXPECT_THAT(build_method("pitome")->refusal(*build_model("vit_test")), Eq(std::nullopt));
}

TEST(PitomeRefusalTest, NamesARatioThatMergesMoreThanPairs) {
  EXPECT_THAT([] { build_method("pitome", {{"ratio", "0.4"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("ratio")));
}

GoldenCase function_case(const std::string& arguments) {
  GoldenCase golden;
  golden.name = "written_here";
  golden.family = golden.method = "pitome";
  golden.mode = "eval";
  golden.entry = "function";
  golden.method_arguments = Arguments::parse(arguments, "written_here");
  golden.inputs = {{"metric", at::randn({1, 9, 4})}, {"x", at::randn({1, 9, 4})}};
  golden.wanted = {"merged"};
  return golden;
}

TEST(PitomeGoldenTest, RefusesWhatItDoesNotComputeByName) {
  const Registrar registrar = test::builtin_registrar();
  const GoldenFamily& family = registrar.golden_families.get("pitome");
  const auto compute = [&](const std::string& arguments) {
    return [&family, golden = function_case(arguments)] {
      family.compute(*family.build(golden), golden);
    };
  };
  GoldenCase other_method = function_case("{}");
  other_method.method = "tome";

  EXPECT_THAT(compute(R"({"function": "pitome.pitome", "args": {"ratio": 0.8}})"),
              ThrowsError(ErrorKind::kData, HasSubstr("pitome.pitome_vision and")));
  EXPECT_THAT(
      compute(R"({"function": "pitome.pitome_vision", "args": {"ratio": 0.8, "use_bsm": true}})"),
      ThrowsError(ErrorKind::kData, HasSubstr("use_bsm")));
  EXPECT_THAT(compute(R"({"function": "pitome.pitome_text", "args": {"ratio": 0.4}})"),
              ThrowsError(ErrorKind::kData, HasSubstr("0.4")));
  EXPECT_THAT([&] { family.build(other_method); },
              ThrowsError(ErrorKind::kData, HasSubstr("method \"tome\"")));
}

}  // namespace
}  // namespace yardstick
