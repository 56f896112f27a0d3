// What every user types wrong: commands, options, settings and values.

#include "tests/cli/finished_matchers.h"
#include "tests/cli/process.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yardstick::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

TEST(UsageTest, PrintsTheVersion) {
  EXPECT_THAT(yardstick({"--version"}), Prints(StartsWith("yardstick 0.")));
}

TEST(UsageTest, ExplainsItselfWithoutACommand) {
  const Finished finished = yardstick({});

  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err, HasSubstr("Usage: yardstick COMMAND"));
  EXPECT_EQ(finished.out, "");
}

TEST(UsageTest, HelpGoesToStdout) {
  EXPECT_THAT(yardstick({"help"}), Prints(HasSubstr("plugin check")));
  EXPECT_THAT(yardstick({"help", "train"}),
              Prints(AllOf(HasSubstr("--batch-size N"), HasSubstr("Examples:"))));
  EXPECT_THAT(yardstick({"train", "--help"}), Prints(HasSubstr("Usage: yardstick train")));
  EXPECT_THAT(yardstick({"help", "plugin"}), Prints(AllOf(HasSubstr("yardstick plugin new"),
                                                          HasSubstr("yardstick plugin check"))));
}

TEST(UsageTest, OffersTheNearestCommand) {
  EXPECT_THAT(yardstick({"lisst"}), Fails(2, HasSubstr("did you mean list?")));
  EXPECT_THAT(yardstick({"plugin", "chek"}), Fails(2, HasSubstr("did you mean plugin check")));
  EXPECT_THAT(yardstick({"plugin"}), Fails(2, HasSubstr("plugin new or plugin check")));
  EXPECT_THAT(yardstick({"help", "bnch"}), Fails(2, HasSubstr("did you mean bench?")));
}

TEST(UsageTest, OffersTheNearestOption) {
  EXPECT_THAT(yardstick({"train", "vit_test", "--epohcs", "3"}),
              Fails(2, HasSubstr("did you mean --epochs?")));
  EXPECT_THAT(yardstick({"list", "--jsn"}), Fails(2, HasSubstr("did you mean --json?")));
  EXPECT_THAT(yardstick({"--frobnicate"}), Fails(2, HasSubstr("--frobnicate")));
}

TEST(UsageTest, SaysHowToPassAnArgumentThatBeginsAsAnOption) {
  EXPECT_THAT(
      yardstick({"compare", "--batch", "2", "--model vit_test", "vit_test --threads 2", "--json"}),
      Fails(2, HasSubstr("yardstick compare --batch 2 --json -- '--model vit_test' "
                         "'vit_test --threads 2'")));
}

TEST(UsageTest, DoesNotGuessAbbreviations) {
  EXPECT_THAT(yardstick({"train", "vit_test", "--epo", "3"}), Fails(2, HasSubstr("--epo")));
}

TEST(UsageTest, RefusesSurplusAndMissingWords) {
  EXPECT_THAT(yardstick({"show"}), Fails(2, HasSubstr("needs NAME")));
  EXPECT_THAT(yardstick({"show", "a", "b"}), Fails(2, HasSubstr("no further argument \"b\"")));
  EXPECT_THAT(yardstick({"report"}), Fails(2, HasSubstr("--out")));
  EXPECT_THAT(yardstick({"bench", "vit_test", "--batch"}), Fails(2, HasSubstr("--batch")));
  EXPECT_THAT(yardstick({"bench", "vit_test", "--batch", "1", "--batch", "2"}),
              Fails(2, HasSubstr("--batch is given twice")));
}

TEST(UsageTest, ChecksValuesAgainstTheSchema) {
  EXPECT_THAT(yardstick({"train", "vit_test", "--task", "digits", "--epochs", "many"}),
              Fails(2, AllOf(HasSubstr("--epochs"), HasSubstr("integer"))));
  EXPECT_THAT(yardstick({"train", "vit_test", "--task", "digits", "--epochs", "0"}),
              Fails(2, HasSubstr("at least 1")));
  EXPECT_THAT(yardstick({"bench", "vit_test", "--precision", "fp23"}),
              Fails(2, HasSubstr("did you mean fp32")));
  EXPECT_THAT(yardstick({"bench", "vit_test", "--set", "clases=3"}),
              Fails(2, HasSubstr("did you mean classes?")));
  EXPECT_THAT(yardstick({"train", "vit_test", "--task", "digits", "--set", "epochs=3"}),
              Fails(2, HasSubstr("--epochs")));
  EXPECT_THAT(yardstick({"bench", "vit_test", "--batch", "1-x"}), Fails(2, HasSubstr("--batch")));
}

TEST(UsageTest, NamesWhatIsNotRegistered) {
  EXPECT_THAT(yardstick({"bench", "vit_tets"}), Fails(2, HasSubstr("vit_test")));
  EXPECT_THAT(yardstick({"train", "vit_test", "--task", "digtis"}),
              Fails(2, HasSubstr("did you mean digits?")));
  EXPECT_THAT(yardstick({"train", "vit_test"}), Fails(2, HasSubstr("--task")));
  EXPECT_THAT(yardstick({"bench"}), Fails(2, HasSubstr("no model is named")));
  EXPECT_THAT(yardstick({"bench", "vit_test", "--device", "gpu"}), Fails(2, HasSubstr("gpu")));
  EXPECT_THAT(yardstick({"eval", "vit_test", "--task", "digits"}),
              Fails(2, HasSubstr("--random-weights")));
  EXPECT_THAT(yardstick({"bench", "vit_test", "--method", "nothing:r=1"}),
              Fails(2, HasSubstr("no method is named nothing")));
}

TEST(UsageTest, MapsKindsOfErrorsToExitCodes) {
  const TempDir folder;
  write_file(folder.file("broken.safetensors"), "not a weights file");

  EXPECT_THAT(yardstick({"eval", "vit_test", "--weights", folder.file("none.safetensors")}),
              Fails(3, HasSubstr("none.safetensors")));
  EXPECT_THAT(yardstick({"eval", "vit_test", "--weights", folder.file("broken.safetensors")}),
              Fails(3, HasSubstr("broken.safetensors")));
  EXPECT_THAT(yardstick({"leaderboard", "--db", folder.file("none.db")}),
              Fails(3, HasSubstr("none.db")));
  EXPECT_THAT(yardstick({"bench", "vit_test", "--db", "/proc/none/x.db"}),
              Fails(3, HasSubstr("/proc/none/x.db")));
  EXPECT_THAT(yardstick({"bench", "vit_test", "--db", folder.file("x.db"), "--device", "cuda:99"}),
              Fails(4, HasSubstr("CUDA device")));
  EXPECT_THAT(yardstick({"list"}, {.environment = {{"YARDSTICK_PLUGIN_PATH", "/none"}}}),
              Fails(2, HasSubstr("YARDSTICK_PLUGIN_PATH")));
}

TEST(UsageTest, SaysWhenResultsCannotBeWritten) {
  EXPECT_EQ(shell(test::program() + " list > /dev/full").code, 4);
}

TEST(UsageTest, OutlivesAReaderThatLeavesEarly) {
  const Finished finished =
      shell("( " + test::program() + " list --json; echo code $? >&2 ) | true");

  EXPECT_EQ(finished.err, "code 0\n");
}

}  // namespace
}  // namespace yardstick::test
