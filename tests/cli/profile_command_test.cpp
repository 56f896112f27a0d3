#include "tests/cli/finished_matchers.h"
#include "tests/cli/process.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace yardstick::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ProfileCommandTest : public testing::Test {
 protected:
  Finished run(const std::vector<std::string>& more) {
    std::vector<std::string> words = {"profile", "vit_test", "--steps", "2"};
    words.insert(words.end(), more.begin(), more.end());
    return yardstick(words, {.folder = folder_.path()});
  }

  json run_json(std::vector<std::string> more) {
    more.push_back("--json");
    const Finished finished = run(more);
    EXPECT_EQ(finished.code, 0) << finished.err;
    return json::parse(finished.out);
  }

  static double bench_value(const json& record, const std::string& tag) {
    for (const json& measurement : record["measurements"]) {
      if (measurement["tag"] == tag) return measurement["value"];
    }
    return -1;
  }

  TempDir folder_;
};

TEST_F(ProfileCommandTest, CountsWhatBenchCounts) {
  const Finished bench =
      yardstick({"bench", "vit_test", "--batch=2", "--training", "--profile", "test", "--json"},
                {.folder = folder_.path()});
  ASSERT_EQ(bench.code, 0) << bench.err;
  const json record = json::parse(bench.out)["runs"][0];

  const json inference = run_json({"--batch", "2"});
  const json training = run_json({"--batch", "2", "--training"});

  EXPECT_EQ(inference["tree"]["total"]["macs"], 2 * bench_value(record, "macs/image"));
  EXPECT_EQ(training["tree"]["total"]["macs"], 2 * bench_value(record, "macs/training/image"));
  EXPECT_GT(training["tree"]["total"]["update_s"], 0);
}

TEST_F(ProfileCommandTest, PrintsAlikeBlocksInOneLineAndOnlySoDeep) {
  EXPECT_THAT(run({"--depth", "2"}), Prints(AllOf(HasSubstr("patch_embed"), HasSubstr("alike)"),
                                                  HasSubstr("step "), Not(HasSubstr("qkv")))));
  EXPECT_THAT(run({"--depth", "0"}), Prints(HasSubstr("qkv")));
}

TEST_F(ProfileCommandTest, WritesATraceThatIsAnArrayOfSpans) {
  ASSERT_EQ(run({"--trace", "step.json"}).code, 0);

  const json events = json::parse(read_file(folder_.file("step.json")));

  ASSERT_TRUE(events.is_array());
  bool has_block = false;
  for (const json& event : events) {
    EXPECT_EQ(event["ph"], "X");
    has_block = has_block || event["name"] == "blocks.0";
  }
  EXPECT_TRUE(has_block);
}

TEST_F(ProfileCommandTest, TimesTheStagesFromFileToScore) {
  const json made = run_json({"--task", "digits", "--limit", "8", "--workers", "2"});

  std::vector<std::string> names;
  for (const json& stage : made["stages"]["stages"]) names.push_back(stage["name"]);
  EXPECT_THAT(names, testing::ElementsAre("read", "decode", "preprocess", "collate", "copy",
                                          "forward", "metric"));
  EXPECT_EQ(made["stages"]["images"], 8);
  EXPECT_EQ(made["stages"]["workers"], 2);
  EXPECT_THAT(run({"--task", "digits", "--limit", "8"}),
              Prints(AllOf(HasSubstr("loader: "), HasSubstr("limits"))));
}

TEST_F(ProfileCommandTest, RefusesTwoSourcesOfImages) {
  EXPECT_THAT(run({"--images", "photos", "--task", "digits"}), Fails(2, HasSubstr("--images")));
  EXPECT_THAT(run({"--images", "nowhere"}), Fails(3, HasSubstr("nowhere")));
}

}  // namespace
}  // namespace yardstick::test
