#include "tests/cli/finished_matchers.h"
#include "tests/cli/process.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>

namespace yardstick::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;

class DryRunTest : public testing::Test {
 protected:
  std::string config(const std::string& text) {
    write_file(folder_.file("recipe.json"), text);
    return folder_.file("recipe.json");
  }

  TempDir folder_;
};

TEST_F(DryRunTest, TellsTheOriginOfEachValue) {
  const std::string file = config(R"({
    // a recipe
    "about": "for a test",
    "model": "vit_test",
    "task": "digits",
    "epochs": 3,
    "lr": 0.01
  })");

  const Finished finished =
      yardstick({"train", "--config", file, "--lr", "0.02", "--dry-run", "--json"},
                {.folder = folder_.path()});

  ASSERT_EQ(finished.code, 0) << finished.err;
  const json spec = json::parse(finished.out)["spec"];
  EXPECT_EQ(spec["model"], (json{{"value", "vit_test"}, {"origin", "config file"}}));
  EXPECT_EQ(spec["epochs"], (json{{"value", 3}, {"origin", "config file"}}));
  EXPECT_EQ(spec["lr"], (json{{"value", 0.02}, {"origin", "flag"}}));
  EXPECT_EQ(spec["weight_decay"]["origin"], "default");
  EXPECT_EQ(spec["model.classes"], (json{{"value", 10}, {"origin", "task"}}));
  EXPECT_EQ(spec["weights"], (json{{"value", "random"}, {"origin", "default"}}));
}

TEST_F(DryRunTest, PrintsAlignedTextAndRunsNothing) {
  const Finished finished =
      yardstick({"bench", "vit_test", "--batch", "1-4*2", "--dry-run"}, {.folder = folder_.path()});

  EXPECT_THAT(finished, Prints(AllOf(ContainsRegex("batch +flag +1-4\\*2"),
                                     ContainsRegex("precision +default +fp32"))));
  EXPECT_FALSE(std::filesystem::exists(folder_.file("yardstick.db")));
}

TEST_F(DryRunTest, RefusesUnknownKeysWithTheirPlace) {
  const std::string file = config("{\n  \"model\": \"vit_test\",\n  \"epohcs\": 3\n}");

  EXPECT_THAT(yardstick({"train", "--config", file, "--dry-run"}),
              Fails(2, AllOf(HasSubstr("recipe.json:3:3"), HasSubstr("did you mean epochs?"))));
}

TEST_F(DryRunTest, RefusesWrongTypesAndRangesWithTheirPlace) {
  EXPECT_THAT(yardstick({"train", "--config", config("{\"epochs\": \"three\"}"), "--dry-run"}),
              Fails(2, AllOf(HasSubstr("recipe.json:1:2"), HasSubstr("integer"))));
  EXPECT_THAT(yardstick({"train", "--config", config("{\"epochs\": 0}"), "--dry-run"}),
              Fails(2, AllOf(HasSubstr("recipe.json:1:2"), HasSubstr("at least 1"))));
  EXPECT_THAT(yardstick({"train", "--config", config("{\"set\": 3, \"model\": \"vit_test\"}")}),
              Fails(2, HasSubstr("set takes an object")));
  EXPECT_THAT(yardstick({"train", "--config",
                         config("{\"model\": \"vit_test\", \"set\": {\"clases\": 3}}")}),
              Fails(2, AllOf(HasSubstr("recipe.json:1:31"), HasSubstr("did you mean classes?"))));
  EXPECT_THAT(yardstick({"train", "--config", folder_.file("none.json")}),
              Fails(3, HasSubstr("none.json")));
}

TEST_F(DryRunTest, FlagsOverrideTheModelAndItsParameters) {
  const std::string file =
      config(R"({"model": "hiera_test", "task": "digits", "set": {"classes": 7}})");

  const json spec = json::parse(yardstick({"train", "vit_test", "--config", file, "--set",
                                           "classes=8", "--dry-run", "--json"})
                                    .out)["spec"];

  EXPECT_EQ(spec["model"]["value"], "vit_test");
  EXPECT_EQ(spec["model.classes"], (json{{"value", 8}, {"origin", "flag"}}));
}

TEST_F(DryRunTest, EveryShippedRecipeResolves) {
  const std::filesystem::path recipes =
      std::filesystem::path(test::source_path()) / "configs" / "recipes";
  int found = 0;
  for (const auto& file : std::filesystem::directory_iterator(recipes)) {
    const std::string path = file.path().string();
    const bool is_evaluation = read_file(path).find("\"protocol\"") != std::string::npos;
    std::vector<std::string> words = {is_evaluation ? "eval" : "train", "--config", path,
                                      "--dry-run", "--json"};
    if (is_evaluation) words.emplace_back("--random-weights");

    const Finished finished = yardstick(words, {.folder = folder_.path()});

    ASSERT_EQ(finished.code, 0) << path << ": " << finished.err;
    EXPECT_EQ(json::parse(finished.out)["spec"]["model"]["origin"], "config file") << path;
    ++found;
  }
  EXPECT_GT(found, 20);
}

// Published weights without a classifier: the model goes without one, where it can.
TEST_F(DryRunTest, ATagWithoutClassesLeavesAHeadThatMustBe) {
  const auto classes_of = [this](const char* model) {
    const Finished finished =
        yardstick({"bench", model, "--dry-run", "--json"}, {.folder = folder_.path()});
    EXPECT_EQ(finished.code, 0) << finished.err;
    return json::parse(finished.out)["spec"]["model.classes"]["value"];
  };

  EXPECT_EQ(classes_of("vit_base_patch16_224.orig_in21k"), 0);
  EXPECT_EQ(classes_of("mae_st_vit_large_patch16.mae_k400_1600e"), 400);
}

TEST_F(DryRunTest, TakesAnObjectiveWithItsParameters) {
  const std::string file =
      config(R"({"model": "vit_test", "task": "digits", "objective": "supervised:mixup=0.8"})");

  const json spec =
      json::parse(yardstick({"train", "--config", file, "--dry-run", "--json"}).out)["spec"];

  EXPECT_EQ(spec["objective"], (json{{"value", "supervised"}, {"origin", "config file"}}));
  EXPECT_EQ(spec["objective.mixup"], (json{{"value", 0.8}, {"origin", "config file"}}));
  EXPECT_EQ(spec["objective.label_smoothing"], (json{{"value", 0.1}, {"origin", "default"}}));
  EXPECT_THAT(
      yardstick({"train", "--config", file, "--objective", "supervised:mixpu=1"}),
      Fails(2, AllOf(HasSubstr("--objective supervised"), HasSubstr("did you mean mixup?"))));
  EXPECT_THAT(yardstick({"train", "--config", file, "--objective", "superwised"}),
              Fails(2, HasSubstr("did you mean supervised?")));
}

}  // namespace
}  // namespace yardstick::test
