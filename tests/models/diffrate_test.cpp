#include "models/methods/diffrate/compression_rates.h"
#include "models/methods/diffrate/diffrate_matching.h"
#include "tests/models/keeping_tap.h"
#include "tests/models/reducing.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <yardstick/golden.h>

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
