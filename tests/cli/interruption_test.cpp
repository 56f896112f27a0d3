// Training that is killed, stopped and resumed, through the real binary.

#include "tests/cli/process.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <filesystem>

namespace yardstick::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class InterruptionTest : public testing::Test {
 protected:
  std::vector<std::string> words(const std::string& output,
                                 const std::vector<std::string>& more = {}) {
    std::vector<std::string> all = {
        "train", "vit_test",     "--task", "digits",          "--limit", "256",      "--batch-size",
        "16",    "--epochs",     "12",     "--warmup-epochs", "1",       "--output", output,
        "--db",  output + ".db", "--json", "--threads",       "1"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Launch launch() { return {.folder = folder_.path(), .environment = {}}; }
  std::string weights(const std::string& output) {
    return read_file(folder_.file(output + "/model.safetensors"));
  }

  TempDir folder_;
};

TEST_F(InterruptionTest, KilledAndResumedEqualsUninterrupted) {
  const Finished whole = yardstick(words("whole"), launch());
  ASSERT_EQ(whole.code, 0) << whole.err;

  Process killed(words("parts", {"--checkpoint-every-steps", "5"}), launch());
  ASSERT_TRUE(killed.wait_for_err("epoch 2/12"));
  killed.send(SIGKILL);
  ASSERT_EQ(killed.wait().signal, SIGKILL);
  ASSERT_FALSE(std::filesystem::exists(folder_.file("parts/model.safetensors")));
  const Finished resumed =
      yardstick(words("parts", {"--resume", "--checkpoint-every-steps", "5"}), launch());

  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(json::parse(resumed.out)["runs"][0]["status"], "ok");
  EXPECT_TRUE(weights("whole") == weights("parts"));
}

TEST_F(InterruptionTest, FirstInterruptEndsTheRunCleanly) {
  Process process(words("out"), launch());
  ASSERT_TRUE(process.wait_for_err("epoch 1/12"));

  process.send(SIGINT);
  const Finished finished = process.wait();

  EXPECT_EQ(finished.code, 1) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("interrupted"));
  EXPECT_EQ(json::parse(finished.out)["runs"][0]["status"], "interrupted");
  EXPECT_TRUE(std::filesystem::exists(folder_.file("out/checkpoint.safetensors")));
  EXPECT_FALSE(std::filesystem::exists(folder_.file("out/model.safetensors")));
}

TEST_F(InterruptionTest, ResumeWithoutACheckpointStartsAnew) {
  const Finished finished =
      yardstick({"train", "vit_test", "--task", "digits", "--limit", "32", "--batch-size", "32",
                 "--epochs", "1", "--warmup-epochs", "0", "--output", "new", "--resume"},
                launch());

  EXPECT_EQ(finished.code, 0);
  EXPECT_THAT(finished.err, HasSubstr("nothing to resume"));
}

}  // namespace
}  // namespace yardstick::test
