// DiffRate's rates: learned by training, kept in the weights, and given as parameters, through the
// real binary.

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
using testing::HasSubstr;

class RateLearningCommandsTest : public testing::Test {
 protected:
  Finished run(const std::vector<std::string>& arguments) {
    return yardstick(arguments, {.folder = folder_.path()});
  }

  json record_of(const Finished& finished) {
    EXPECT_EQ(finished.code, 0) << finished.err;
    return finished.code == 0 ? json::parse(finished.out)["runs"][0] : json();
  }

  // One epoch of 64 digits into `output`.
  static std::vector<std::string> train(const std::string& output,
                                        const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"train",
                                      "vit_nano_patch4_28",
                                      "--task",
                                      "digits",
                                      "--limit",
                                      "64",
                                      "--epochs",
                                      "1",
                                      "--output",
                                      output,
                                      "--flip",
                                      "0",
                                      "--json",
                                      "--batch-size",
                                      "16",
                                      "--set",
                                      "global_pool=token",
                                      "--warmup-epochs",
                                      "0"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  static double loss_of(const json& record) {
    for (const json& measurement : record["measurements"]) {
      if (measurement["tag"] == "loss/nll") return measurement["value"];
    }
    ADD_FAILURE() << "no loss";
    return -1;
  }

  TempDir folder_;
};

TEST_F(RateLearningCommandsTest, WhatIsLearnedIsInTheRowAndTheWeightsAndCanBeGiven) {
  record_of(run(train("plain")));
  const std::vector<std::string> learn = {
      "--weights",   "plain/model.safetensors",
      "--method",    "diffrate:learn=rates",
      "--objective", "macs_budget:target_gmacs=0.008,weight=1e6"};

  const json trained = record_of(run(train("rates", learn)));
  const std::string learned = trained["effective"]["learned"]["value"];
  const json kept = record_of(run({"eval", "--weights", "rates/model.safetensors", "--task",
                                   "digits", "--limit", "64", "--json"}));
  const json given =
      record_of(run({"eval", "--weights", "plain/model.safetensors", "--task", "digits", "--limit",
                     "64", "--method", "diffrate:" + learned, "--json"}));

  EXPECT_THAT(learned, testing::MatchesRegex("prune_kept=50/[0-9/]+,merge_kept=50/[0-9/]+"));
  EXPECT_NEAR(loss_of(kept), loss_of(trained), 1e-5);
  EXPECT_NEAR(loss_of(given), loss_of(trained), 1e-5);
}

TEST_F(RateLearningCommandsTest, TheBudgetNeedsAMethodThatLearns) {
  EXPECT_THAT(run(train("rates", {"--objective", "macs_budget:target_gmacs=0.008"})),
              Fails(2, HasSubstr("diffrate:learn=rates")));
}

}  // namespace
}  // namespace yardstick::test
