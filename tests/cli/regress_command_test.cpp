// The gate in real processes: a build against itself, and with a regression planted by the
// candidate's environment.

#include "tests/cli/finished_matchers.h"
#include "tests/cli/process.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <set>

namespace yardstick::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

class RegressTest : public testing::Test {
 protected:
  RegressTest() {
    write_file(folder_.file("suite.json"),
               R"({"models": ["busy_test"], "batches": [1], "protocol": "test",
                   "device": "cpu", "threads": 1})");
  }

  Finished run(std::vector<std::string> words) {
    words.insert(words.begin(), {"--plugin", test::built("tests/cli/fixtures/busy.so")});
    return yardstick(words, {.folder = folder_.path(),
                             .environment = {{"XDG_CACHE_HOME", folder_.file("cache")}}});
  }

  Finished regress(const std::vector<std::string>& more) {
    std::vector<std::string> words = {"regress", "--suite", "suite.json", "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }

  TempDir folder_;
};

TEST_F(RegressTest, FindsNoRegressionOfABuildAgainstItself) {
  const Finished finished = regress({"--baseline", test::program(), "--candidate", test::program(),
                                     "--processes", "7", "--json", "--junit", "gate.xml"});

  ASSERT_THAT(finished.code, AnyOf(0, 5)) << finished.out << finished.err;
  const json report = json::parse(finished.out);
  EXPECT_EQ(report["regressions"], 0);
  EXPECT_EQ(report["exit_code"], finished.code);
  const json& cell = report["cells"][0];
  EXPECT_THAT(cell["answer"].get<std::string>(), AnyOf("unchanged", "not resolved"));
  std::set<std::string> sides;
  for (const json& side : cell["first"]["sides"]) {
    sides.insert(side["name"].get<std::string>());
    EXPECT_EQ(side["process_medians_s"].size(), 7u) << side;
  }
  EXPECT_EQ(sides, (std::set<std::string>{"baseline", "candidate", "control"}));
  EXPECT_THAT(read_file(folder_.file("gate.xml")),
              AllOf(HasSubstr("tests=\"1\" failures=\"0\" errors=\"0\""), HasSubstr("busy_test")));
}

TEST_F(RegressTest, FindsAPlantedSlowdown) {
  const Finished finished =
      regress({"--baseline", test::program(), "--candidate-env", "YARDSTICK_TEST_SLOWDOWN=0.5",
               "--processes", "7", "--github"});

  EXPECT_EQ(finished.code, 1) << finished.out << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("regressions 1, improvements 0, unchanged 0"));
  EXPECT_THAT(finished.err, HasSubstr("::error title=slower%3A busy_test"));

  // Every process of both stages is a stored run; the baseline's are left out of the history.
  const Finished history = run({"regress", "history", "--json"});
  ASSERT_EQ(history.code, 0) << history.err;
  const json series = json::parse(history.out)["series"];
  ASSERT_EQ(series.size(), 1u);
  EXPECT_EQ(series[0]["points"][0]["processes"], 14);
}

// A program that is no Yardstick, or crashes, is a failed candidate and no end of the gate.
TEST_F(RegressTest, TakesAFailingCandidateAsAFailure) {
  const Finished finished = regress({"--baseline", test::program(), "--candidate", "/bin/true",
                                     "--processes", "2", "--junit", "gate.xml"});

  EXPECT_EQ(finished.code, 1) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("fewer than two processes"),
                                  HasSubstr("candidate: broke the protocol")));
  EXPECT_THAT(read_file(folder_.file("gate.xml")), HasSubstr("errors=\"1\""));
}

TEST_F(RegressTest, ChecksItsArguments) {
  EXPECT_THAT(regress({}), Fails(2, HasSubstr("needs --baseline")));
  EXPECT_THAT(run({"regress", "--baseline", test::program()}), Fails(2, HasSubstr("--suite")));
  EXPECT_THAT(regress({"--baseline", test::program(), "--candidate-env", "NOTHING"}),
              Fails(2, HasSubstr("--candidate-env")));
  EXPECT_THAT(regress({"--baseline", "suite.json"}), Fails(2, HasSubstr("cannot be executed")));
  EXPECT_THAT(regress({"--baseline", "no-such-ref"}),
              Fails(2, AllOf(HasSubstr("--baseline no-such-ref"), HasSubstr("neither"))));
}

// A checkout whose build is quick: it installs the program under test.
class RegressRefTest : public RegressTest {
 protected:
  void make_checkout(const std::string& build_script) {
    if (shell("git --version").code != 0) GTEST_SKIP() << "no git here";
    std::filesystem::create_directories(folder_.file("scripts"));
    write_file(folder_.file("scripts/build.sh"), build_script);
    const Finished made = shell(
        "git init -q . && git add scripts && "
        "git -c user.name=t -c user.email=t@example.org commit -q -m one",
        {.folder = folder_.path()});
    ASSERT_EQ(made.code, 0) << made.err;
  }

  std::filesystem::path builds() { return folder_.file("cache/yardstick/builds"); }
};

TEST_F(RegressRefTest, BuildsACommitOnce) {
  make_checkout(std::string(R"(set -e
cd "$(dirname "$0")/.."
echo built >> ')") +
                folder_.file("built.txt") + R"('
mkdir -p build/release
cat > build/release/cmake <<'END'
#!/bin/sh
mkdir -p "$4/bin" && ln -s ')" +
                test::program() + R"(' "$4/bin/yardstick"
END
chmod +x build/release/cmake
echo "CMAKE_COMMAND:INTERNAL=$PWD/build/release/cmake" > build/release/CMakeCache.txt
)");
  for (int i = 0; i < 2; ++i) {
    const Finished finished = regress({"--baseline", "HEAD", "--processes", "2", "--json"});
    ASSERT_EQ(finished.code, 5) << finished.out << finished.err;  // two processes resolve nothing
    const json report = json::parse(finished.out);
    EXPECT_THAT(report["baseline"]["label"].get<std::string>(), HasSubstr("HEAD ("));
    EXPECT_EQ(report["baseline"]["commit"].get<std::string>().size(), 40u);
    EXPECT_EQ(report["cells"][0]["first"]["sides"][0]["process_medians_s"].size(), 2u);
  }

  EXPECT_EQ(read_file(folder_.file("built.txt")), "built\n");
  const Finished worktrees = shell("git worktree list", {.folder = folder_.path()});
  EXPECT_THAT(worktrees.out, Not(HasSubstr(".source")));
}

TEST_F(RegressRefTest, NamesTheLogOfAFailedBuild) {
  make_checkout("echo the compiler is missing; exit 3\n");

  const Finished finished = regress({"--baseline", "HEAD"});

  EXPECT_EQ(finished.code, 4);
  EXPECT_THAT(finished.err, AllOf(HasSubstr("could not be built"), HasSubstr("exit code 3"),
                                  HasSubstr(builds().string())));
  std::string log;
  for (const auto& entry : std::filesystem::directory_iterator(builds())) {
    if (entry.path().extension() == ".log") log = read_file(entry.path().string());
    EXPECT_NE(entry.path().extension(), ".source");
  }
  EXPECT_THAT(log, HasSubstr("the compiler is missing"));
}

}  // namespace
}  // namespace yardstick::test
