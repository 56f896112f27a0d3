// yardstick compare, through the real binary and real child processes.

#include "cli/bench_side.h"
#include "results/result_store.h"
#include "tests/cli/finished_matchers.h"
#include "tests/cli/process.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace yardstick::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class CompareCommandTest : public testing::Test {
 protected:
  Finished compare(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "compare");
    return yardstick(arguments, {.folder = folder_.path()});
  }

  TempDir folder_;
};

TEST(SplitWordsTest, PartsAsAShellDoes) {
  EXPECT_THAT(cli::split_words("vit_test  --set 'a=b c' --x=\"d \\\"e\" f\\ g", "side"),
              ElementsAre("vit_test", "--set", "a=b c", "--x=d \"e", "f g"));
  EXPECT_THAT(cli::split_words("''", "side"), ElementsAre(""));
  EXPECT_THAT([] { cli::split_words("vit 'test", "side"); },
              ThrowsError(ErrorKind::kUser, HasSubstr("quote")));
}

TEST_F(CompareCommandTest, AModelMayBeComparedWithItself) {
  const Finished done = compare({"vit_test", "vit_test", "--batch=1", "--profile=smoke",
                                 "--protocol=test", "--processes=4", "--json"});

  ASSERT_EQ(done.code, 0) << done.err;
  const json report = json::parse(done.out);
  EXPECT_EQ(report["processes"], 4);
  ASSERT_EQ(report["sides"].size(), 2u);
  EXPECT_EQ(report["sides"][0]["name"], "vit_test");
  EXPECT_EQ(report["sides"][1]["name"], "vit_test (2)");
  EXPECT_EQ(report["sides"][1]["process_medians_s"].size(), 4u);
  EXPECT_TRUE(report["verdict"].is_string());
  EXPECT_EQ(report["verdict"], report["pairs"][0]["verdict"]);
  EXPECT_EQ(report["control"]["measured"]["processes"], 4);
}

TEST_F(CompareCommandTest, TellsALargeModelFromASmallOne) {
  const Finished done =
      compare({"vit_test", "vit_tiny_patch16_224 --set classes=10", "--profile=smoke",
               "--protocol=test", "--control=false", "--json"});

  ASSERT_EQ(done.code, 0) << done.err;
  const json report = json::parse(done.out);
  EXPECT_EQ(report["verdict"], "slower");
  EXPECT_LT(report["pairs"][0]["high"], 1);
  EXPECT_TRUE(report["control"].is_null());
}

TEST_F(CompareCommandTest, EveryProcessIsAStoredRun) {
  const Finished done = compare({"vit_test", "hiera_test", "--profile=smoke", "--protocol=test",
                                 "--db", "kept.db", "--json"});

  ASSERT_EQ(done.code, 0) << done.err;
  const json report = json::parse(done.out);
  const ResultStore store(folder_.file("kept.db"), ResultStore::Mode::kReadOnly);
  EXPECT_EQ(store.size(), 9);  // two sides and the control
  ASSERT_EQ(report["sides"][1]["runs"].size(), 3u);
  const RunRecord run = store.get(report["sides"][1]["runs"][0]);
  EXPECT_EQ(run.model, "hiera_test");
  EXPECT_EQ(run.provenance.at("comparison"), report["comparison"]);
  EXPECT_EQ(run.provenance.at("comparison_side"), "hiera_test");
}

TEST_F(CompareCommandTest, ComparesStoredAccuracyPaired) {
  for (const std::string seed : {"1", "2"}) {
    const Finished trained =
        yardstick({"train", "vit_test", "--task", "digits", "--limit", "64", "--epochs", "1",
                   "--warmup-epochs", "0", "--seed", seed, "--output", "out" + seed, "--quiet"},
                  {.folder = folder_.path()});
    ASSERT_EQ(trained.code, 0) << trained.err;
  }

  const Finished done =
      compare({"--profile=smoke", "--protocol=test", "--processes=1", "--control=false", "--json",
               "--", "--weights out1/model.safetensors", "--weights out2/model.safetensors"});

  ASSERT_EQ(done.code, 0) << done.err;
  const json report = json::parse(done.out);
  ASSERT_EQ(report["accuracy"].size(), 1u) << done.out;
  const json& accuracy = report["accuracy"][0];
  EXPECT_GT(accuracy["samples"], 0);
  EXPECT_EQ(accuracy["unpaired_samples"], 0);
  EXPECT_NEAR(
      accuracy["difference"].get<double>() * accuracy["samples"].get<double>(),
      accuracy["only_side_right"].get<double>() - accuracy["only_reference_right"].get<double>(),
      1e-9);
}

TEST_F(CompareCommandTest, ASideThatBenchWouldNotTakeIsRefusedAtOnce) {
  EXPECT_THAT(compare({"vit_test", "vit_test --methd tome"}),
              Fails(2, AllOf(HasSubstr("vit_test --methd tome"), HasSubstr("--method"))));
  EXPECT_THAT(compare({"vit_test", "vit_test --batch 8"}), Fails(2, HasSubstr("holds for all")));
  EXPECT_THAT(compare({"vit_test", "no_such_model", "--protocol=test"}),
              Fails(2, HasSubstr("no_such_model")));
  EXPECT_THAT(compare({"vit_test"}), Fails(2, HasSubstr("SIDE")));
}

TEST_F(CompareCommandTest, TextSaysWhatWasComparedAndTheControl) {
  const Finished done = compare({"vit_test", "hiera_test", "--profile=smoke", "--protocol=test"});

  EXPECT_THAT(done, Prints(AllOf(HasSubstr("3 interleaved processes"), HasSubstr("control"),
                                 HasSubstr("hiera_test"), HasSubstr("verdict"))));
}

}  // namespace
}  // namespace yardstick::test
