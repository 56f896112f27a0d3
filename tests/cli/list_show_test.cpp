#include "tests/cli/finished_matchers.h"
#include "tests/cli/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace yardstick::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(ListCommandTest, ListsEveryKindAndHidesTestVariants) {
  const Finished finished = yardstick({"list"});

  EXPECT_THAT(finished, Prints(AllOf(HasSubstr("vit_base_patch16_224"), HasSubstr("hiera_base_224"),
                                     HasSubstr("digits"), HasSubstr("classification"),
                                     Not(HasSubstr("vit_test")))));
  EXPECT_EQ(finished.err, "");
}

TEST(ListCommandTest, TakesAKindAndAGlob) {
  EXPECT_THAT(yardstick({"list", "models", "hiera*"}),
              Prints(AllOf(HasSubstr("hiera_tiny_224"), Not(HasSubstr("vit_")))));
  EXPECT_THAT(yardstick({"list", "*_test"}), Prints(HasSubstr("vit_test")));
  EXPECT_THAT(yardstick({"list", "models", "--all"}), Prints(HasSubstr("vit_test")));
  EXPECT_THAT(yardstick({"list", "objectives"}),
              Prints(AllOf(HasSubstr("distillation"), HasSubstr("masked_autoencoding"),
                           HasSubstr("supervised"))));
}

TEST(ListCommandTest, NothingMatchedIsAnError) {
  EXPECT_THAT(yardstick({"list", "models", "vit_bsae*"}),
              Fails(2, HasSubstr("no models are named vit_bsae*")));
  EXPECT_THAT(yardstick({"list", "modles"}), Fails(2, HasSubstr("did you mean models?")));
  EXPECT_THAT(yardstick({"list", "modles", "vit*"}), Fails(2, HasSubstr("did you mean models?")));
}

TEST(ListCommandTest, PrintsJson) {
  const json all = json::parse(yardstick({"list", "--json", "--all"}).out);

  ASSERT_EQ(all.size(), 5u);
  for (const char* key : {"name", "family", "summary", "input_shape", "test_variant", "origin"}) {
    EXPECT_TRUE(all["models"][0].contains(key)) << key;
  }
  EXPECT_EQ(all["models"][0]["origin"], "built-in");
  const json tasks = json::parse(yardstick({"list", "tasks", "--json"}).out);
  EXPECT_EQ(tasks.size(), 1u);
}

TEST(ShowCommandTest, ShowsAModel) {
  EXPECT_THAT(yardstick({"show", "vit_test"}),
              Prints(AllOf(HasSubstr("input shape"), HasSubstr("paper"), HasSubstr("licence"),
                           HasSubstr("classes"), HasSubstr("parameters"))));
}

TEST(ShowCommandTest, SaysWhereWeightsHaveNoClassifier) {
  EXPECT_THAT(
      yardstick({"show", "mae_vit_base_patch16"}),
      Prints(AllOf(HasSubstr("no classifier, licence CC-BY-NC-4.0"), Not(HasSubstr("0 classes")))));
}

TEST(ShowCommandTest, CountsParametersOfTheModelAsSet) {
  const json ten =
      json::parse(yardstick({"show", "vit_test", "--set", "classes=10", "--json"}).out);
  const json eleven =
      json::parse(yardstick({"show", "vit_test", "--set", "classes=11", "--json"}).out);

  EXPECT_EQ(ten["values"]["classes"], 10);
  // One more class is one more row of the head and its bias.
  EXPECT_GT(eleven["parameters"].get<int>(), ten["parameters"].get<int>());
  EXPECT_EQ(ten["kind"], "model");
}

TEST(ShowCommandTest, ShowsOtherKinds) {
  EXPECT_EQ(json::parse(yardstick({"show", "digits", "--json"}).out)["kind"], "task");
  EXPECT_EQ(json::parse(yardstick({"show", "classification", "--json"}).out)["kind"], "metric");
  const json objective = json::parse(yardstick({"show", "masked_autoencoding", "--json"}).out);
  EXPECT_EQ(objective["kind"], "objective");
  EXPECT_EQ(objective["needs_targets"], false);
  EXPECT_THAT(yardstick({"show", "supervised"}), Prints(HasSubstr("label_smoothing")));
}

TEST(ShowCommandTest, OffersTheNearestName) {
  EXPECT_THAT(yardstick({"show", "hiera_bse_224"}), Fails(2, HasSubstr("hiera_base_224")));
  EXPECT_THAT(yardstick({"show", "vit_test.no_such_tag"}), Fails(2, HasSubstr("vit_test")));
}

}  // namespace
}  // namespace yardstick::test
