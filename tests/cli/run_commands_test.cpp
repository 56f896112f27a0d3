// train, eval, bench and what reads their results, through the real binary.

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
using testing::Contains;
using testing::HasSubstr;

class RunCommandsTest : public testing::Test {
 protected:
  Finished run(std::vector<std::string> arguments) {
    return yardstick(arguments, {.folder = folder_.path()});
  }

  std::vector<std::string> train_words(const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"train",    "vit_test", "--task",          "digits",
                                      "--limit",  "64",       "--epochs",        "2",
                                      "--output", "out",      "--warmup-epochs", "0.5"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  TempDir folder_;
};

TEST_F(RunCommandsTest, TrainsEvaluatesBenchesAndReports) {
  const Finished trained = run(train_words({"--json"}));
  ASSERT_EQ(trained.code, 0) << trained.err;
  const json record = json::parse(trained.out)["runs"][0];
  EXPECT_EQ(record["status"], "ok");
  EXPECT_EQ(record["model"], "vit_test");
  EXPECT_THAT(record["provenance"]["command_line"].get<std::string>(),
              HasSubstr("yardstick train vit_test --task digits"));
  EXPECT_THAT(trained.err, HasSubstr("epoch 2/2"));

  const Finished scored = run({"eval", "--weights", "out/model.safetensors", "--json"});
  ASSERT_EQ(scored.code, 0) << scored.err;
  const json score = json::parse(scored.out)["runs"][0];
  EXPECT_EQ(score["task"], "digits");
  EXPECT_EQ(score["effective"]["model.classes"], (json{{"value", 10}, {"origin", "weights file"}}));

  const Finished timed = run({"bench", "--weights", "out/model.safetensors", "--batch", "1,2",
                              "--profile", "test", "--json"});
  ASSERT_EQ(timed.code, 0) << timed.err;
  EXPECT_EQ(json::parse(timed.out)["runs"].size(), 2u);

  EXPECT_THAT(run({"leaderboard", "--task", "digits", "--all"}), Prints(HasSubstr("vit_test")));
  EXPECT_THAT(run({"leaderboard", "--format", "xml"}), Fails(2, HasSubstr("--format")));
  EXPECT_THAT(run({"report", "--out", "report.html"}), Prints("report.html\n"));
  EXPECT_THAT(read_file(folder_.file("report.html")), HasSubstr("vit_test"));
  EXPECT_THAT(run({"report", "-o", "own.html", "--all", "--title", "Own <i>", "--json"}),
              Prints(HasSubstr("\"file\": \"own.html\"")));
  EXPECT_THAT(read_file(folder_.file("own.html")),
              HasSubstr("<h1 id=\"title\">Own &lt;i&gt;</h1>"));
  EXPECT_THAT(run({"report", "-o", "none.html", "--all", "--filter", "model=hiera*"}),
              Fails(2, HasSubstr("no row has model=hiera*")));
  EXPECT_THAT(run({"report", "-o", "none.html", "--top", "many"}), Fails(2, HasSubstr("--top")));
}

TEST_F(RunCommandsTest, RefusesWeightsOfAnotherModel) {
  ASSERT_EQ(run(train_words({"--epochs=1", "--quiet"})).code, 2);  // twice the same option
  std::vector<std::string> words = {
      "train",    "vit_test", "--task",          "digits", "--limit",  "32",  "--batch-size", "32",
      "--epochs", "1",        "--warmup-epochs", "0",      "--output", "out", "--quiet"};
  ASSERT_EQ(run(words).code, 0);

  EXPECT_THAT(run({"eval", "hiera_test", "--weights", "out/model.safetensors"}),
              Fails(3, AllOf(HasSubstr("vit_test"), HasSubstr("hiera_test"))));
  EXPECT_THAT(run({"eval", "--weights", "out/model.safetensors", "--set", "classes=11"}),
              Fails(3, HasSubstr("model.safetensors")));
}

TEST_F(RunCommandsTest, EvaluatesRandomWeightsWhenAsked) {
  EXPECT_THAT(run({"eval", "vit_test", "--task", "digits", "--random-weights", "--limit", "20"}),
              Prints(HasSubstr("vit_test")));
}

TEST_F(RunCommandsTest, QuietPrintsNothingBesidesResults) {
  const Finished finished = run({"bench", "vit_test", "--profile", "test", "--quiet"});

  EXPECT_EQ(finished.code, 0);
  EXPECT_EQ(finished.err, "");
}

TEST_F(RunCommandsTest, NamesATruncatedPhotograph) {
  const std::string good = read_file(test::test_data("cli/data/digit.jpg"));
  std::filesystem::create_directory(folder_.file("photos"));
  write_file(folder_.file("photos/a.jpg"), good);
  write_file(folder_.file("photos/b.jpg"), good.substr(0, good.size() / 2));

  EXPECT_THAT(run({"bench", "vit_test", "--images", "photos", "--profile", "test"}),
              Fails(3, HasSubstr("b.jpg")));
  EXPECT_EQ(run({"bench", "vit_test", "--images", "photos/a.jpg", "--profile", "test"}).code, 0);
}

TEST_F(RunCommandsTest, ChecksDataAndWritesThePassport) {
  const std::string good = read_file(test::test_data("cli/data/digit.jpg"));
  std::filesystem::create_directories(folder_.file("set/train/one"));
  write_file(folder_.file("set/train/one/a.jpg"), good);

  EXPECT_THAT(run({"data", "check", "set", "--passport", "passport.json"}),
              Prints(HasSubstr("0 undecodable")));
  EXPECT_TRUE(json::accept(read_file(folder_.file("passport.json"))));

  write_file(folder_.file("set/train/one/b.jpg"), good.substr(0, 100));
  const Finished finished = run({"data", "check", "set", "--json"});
  EXPECT_EQ(finished.code, 3);
  EXPECT_THAT(finished.err, HasSubstr("b.jpg"));
  EXPECT_EQ(json::parse(finished.out)["bad"].size(), 1u);
}

TEST_F(RunCommandsTest, DoctorReportsWhatIsThere) {
  const json report = json::parse(run({"doctor", "--json"}).out);

  for (const char* key : {"build", "host", "gpu", "files", "database", "plugins", "findings"}) {
    EXPECT_TRUE(report.contains(key)) << key;
  }
  EXPECT_FALSE(report["build"]["libtorch"].get<std::string>().empty());
}

TEST_F(RunCommandsTest, DoctorFailsWithoutItsFiles) {
  const Finished finished = yardstick(
      {"doctor"}, {.folder = folder_.path(), .environment = {{"YARDSTICK_SHARE", "/none"}}});

  EXPECT_EQ(finished.code, 4);
  EXPECT_THAT(finished.out, HasSubstr("YARDSTICK_SHARE"));
}

}  // namespace
}  // namespace yardstick::test
