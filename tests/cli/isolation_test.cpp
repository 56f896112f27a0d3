// bench in child processes: what happens to one batch size does not happen to the others.

#include "runners/build_info.h"
#include "runners/process/cpu_list.h"
#include "tests/cli/finished_matchers.h"
#include "tests/cli/process.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <set>
#include <thread>

namespace yardstick::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// As in fixtures/faulty.cpp.
enum Fault { kNone, kCrash, kKill, kExit, kHang, kAllocate, kSlow };

class IsolationTest : public testing::Test {
 protected:
  std::vector<std::string> words(Fault fault, const std::vector<std::string>& more) {
    std::vector<std::string> all = {
        "bench",     "faulty_8", "--plugin",  plugin_, "--set",  "fault=" + std::to_string(fault),
        "--profile", "test",     "--threads", "1",     "--json", "--device",
        "cpu"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Launch launch() { return {.folder = folder_.path(), .environment = {}}; }
  Finished run(Fault fault, const std::vector<std::string>& more) {
    return yardstick(words(fault, more), launch());
  }
  static std::vector<std::string> statuses(const Finished& finished) {
    std::vector<std::string> all;
    const json document = json::parse(finished.out);
    for (const json& record : document["runs"]) all.push_back(record["status"]);
    return all;
  }

  const std::string plugin_ = test::built("tests/cli/fixtures/faulty.so");
  TempDir folder_;
};

TEST_F(IsolationTest, ASweepOutlivesACrash) {
  const Finished finished = run(kCrash, {"--batch", "1,2,4"});

  ASSERT_EQ(finished.code, 1) << finished.err;
  EXPECT_THAT(statuses(finished), ElementsAre("ok", "failed", "ok"));
  const json failed = json::parse(finished.out)["runs"][1];
  EXPECT_EQ(failed["reason"], "killed by SIGSEGV");
  EXPECT_EQ(failed["batch_size"], 2);
  EXPECT_EQ(failed["model"], "faulty_8");
  EXPECT_EQ(failed["device"], "cpu");
  EXPECT_EQ(failed["effective"]["model.fault"]["value"], std::int64_t{kCrash});
  EXPECT_TRUE(failed["provenance"].contains("cpu_model"));
  EXPECT_THAT(finished.err, HasSubstr("bench of faulty_8 failed: killed by SIGSEGV"));
  EXPECT_THAT(yardstick({"leaderboard", "--all"}, launch()), Prints(HasSubstr("faulty_8")));
}

TEST_F(IsolationTest, SeveralProcessesMakeOneFigureWithTheirSpread) {
  const Finished finished = run(kNone, {"--processes", "3", "--batch", "1,2"});

  ASSERT_EQ(finished.code, 0) << finished.err;
  const json runs = json::parse(finished.out)["runs"];
  ASSERT_EQ(runs.size(), 2);
  EXPECT_EQ(runs[1]["batch_size"], 2);
  EXPECT_EQ(runs[1]["provenance"]["processes"], "3");
  EXPECT_EQ(runs[1]["effective"]["processes"]["value"], 3);
  for (const json& measurement : runs[1]["measurements"]) {
    if (measurement["tag"] != "time/inference/step") continue;
    EXPECT_EQ(measurement["n"], 3);
    EXPECT_LT(measurement["low"], measurement["value"]);
    EXPECT_GT(measurement["high"], measurement["value"]);
  }
  // Those of the processes are stored beside it, and only it is on the leaderboard.
  const json board = json::parse(yardstick({"leaderboard", "--json"}, launch()).out);
  ASSERT_EQ(board["rows"].size(), 1);
  EXPECT_EQ(board["rows"][0]["values"]["time/inference/step"]["n"], 3);
}

TEST_F(IsolationTest, SeveralProcessesTakeProcessesOfTheirOwn) {
  EXPECT_THAT(run(kNone, {"--processes", "2", "--isolate=false"}), Fails(2, HasSubstr("isolate")));
}

TEST_F(IsolationTest, AProgramThatIsReplacedMeasuresNoFurther) {
  const std::string program = folder_.path() + "/yardstick";
  std::filesystem::copy_file(test::program(), program);
  std::filesystem::copy_file(test::program(), program + ".new");

  const Finished finished =
      shell("cd " + folder_.path() + "; YARDSTICK_SHARE=" + test::share_dir() + " " + program +
            " bench faulty_8 --plugin " + plugin_ + " --set fault=" + std::to_string(kHang) +
            " --profile test --device cpu --batch 2,1 --timeout 12 & sleep 5; mv " + program +
            ".new " + program + "; wait $!");

  EXPECT_EQ(finished.code, 4) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("was replaced or removed while this command ran"));
}

TEST_F(IsolationTest, ASweepOutlivesAKillAndAnExit) {
  const Finished killed = run(kKill, {"--batch", "2,1"});
  EXPECT_THAT(statuses(killed), ElementsAre("failed", "ok")) << killed.err;
  EXPECT_THAT(killed.err, HasSubstr("killed by SIGKILL"));

  const Finished left = run(kExit, {"--batch", "2,1"});
  EXPECT_THAT(statuses(left), ElementsAre("failed", "ok")) << left.err;
  EXPECT_THAT(left.err, HasSubstr("ended with exit code 9"));
}

TEST_F(IsolationTest, ASweepOutlivesAHang) {
  const Finished finished = run(kHang, {"--batch", "2,1", "--timeout", "10"});

  EXPECT_THAT(statuses(finished), ElementsAre("failed", "ok")) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("timed out after 10 s"));
}

TEST_F(IsolationTest, AMemoryLimitIsAResult) {
  if (!build_info().sanitizers.empty()) GTEST_SKIP() << "the sanitizer's own memory is too much";
  const Finished finished = run(kAllocate, {"--batch", "2,1", "--memory-limit", "1"});

  EXPECT_THAT(statuses(finished), ElementsAre("failed", "ok")) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("out_of_memory at batch 2"));
}

TEST_F(IsolationTest, InterruptingTheParentKeepsWhatIsDone) {
  std::vector<std::string> slow = words(kSlow, {"--batch", "1,2,4"});
  slow[7] = "publish";
  Process interrupted(slow, launch());
  ASSERT_TRUE(interrupted.wait_for_err("slow step")) << interrupted.err_so_far();
  interrupted.send(SIGINT);
  const Finished finished = interrupted.wait();

  EXPECT_EQ(finished.code, 1) << finished.err;
  EXPECT_THAT(statuses(finished), ElementsAre("ok", "interrupted")) << finished.err;
}

TEST_F(IsolationTest, AKilledParentTakesItsChildAlong) {
  std::vector<std::string> slow = words(kSlow, {"--batch", "2"});
  slow[7] = "publish";
  Process parent(slow, launch());
  ASSERT_TRUE(parent.wait_for_err("slow step")) << parent.err_so_far();
  const std::string err = parent.err_so_far();
  const pid_t child = std::stoi(err.substr(err.find("step of ") + 8));

  parent.send(SIGKILL);
  EXPECT_EQ(parent.wait().signal, SIGKILL);

  // Dead, or waiting for its new parent to reap it.
  std::string state;
  for (int i = 0; i < 1000; ++i) {
    const std::string stat = read_file("/proc/" + std::to_string(child) + "/stat");
    state = stat.empty() ? "gone" : stat.substr(stat.rfind(')') + 2, 1);
    if (state == "gone" || state == "Z") break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(state == "gone" || state == "Z") << state;
}

TEST_F(IsolationTest, RecordsAreWhatTheyAreWithoutAChild) {
  const std::vector<std::string> bench = {"bench",     "vit_test", "--batch", "1,2",
                                          "--profile", "test",     "--json",  "--threads",
                                          "1",         "--device", "cpu"};
  std::vector<std::string> here = bench;
  here.push_back("--isolate=false");
  const json apart = json::parse(yardstick(bench, launch()).out)["runs"];
  const json together = json::parse(yardstick(here, launch()).out)["runs"];

  ASSERT_EQ(apart.size(), 2u);
  ASSERT_EQ(together.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto tags = [](const json& run) {
      std::set<std::string> all;
      for (const json& measurement : run["measurements"]) {
        const auto tag = measurement["tag"].get<std::string>();
        // How many percentiles there are depends on how many steps fitted into the time.
        if (!tag.starts_with("latency/inference/p")) all.insert(tag);
      }
      return all;
    };
    EXPECT_EQ(tags(apart[i]), tags(together[i]));
    EXPECT_FALSE(apart[i]["samples"][0]["values"].empty());
    EXPECT_EQ(apart[i]["batch_size"], i + 1);
    EXPECT_EQ(apart[i]["requested"]["batch"], "1,2");
    EXPECT_EQ(apart[i]["provenance"]["threads_intra"], "1");
    EXPECT_EQ(apart[i]["provenance"]["cpu_affinity"], cpu_list_text(allowed_cpus()));
  }
}

TEST_F(IsolationTest, PinsToCpusAndSaysSo) {
  const std::string cpu = std::to_string(allowed_cpus().back());
  const json run = json::parse(
      yardstick({"bench", "vit_test", "--profile", "test", "--json", "--cpus", cpu}, launch())
          .out)["runs"][0];

  EXPECT_EQ(run["provenance"]["cpu_affinity"], cpu);
  EXPECT_EQ(run["effective"]["cpus"]["value"], cpu);
}

TEST_F(IsolationTest, RefusesLimitsThatCannotHold) {
  EXPECT_THAT(yardstick({"bench", "vit_test", "--cpus", "8000"}),
              Fails(2, AllOf(HasSubstr("8000"), HasSubstr("allowed are"))));
  EXPECT_THAT(yardstick({"bench", "vit_test", "--cpus", "a"}), Fails(2, HasSubstr("cpus")));
  EXPECT_THAT(yardstick({"bench", "vit_test", "--timeout", "5", "--isolate=false"}),
              Fails(2, HasSubstr("isolate=false")));
}

TEST_F(IsolationTest, AnErrorOfTheChildIsTheCommands) {
  EXPECT_THAT(yardstick({"bench", "vit_test", "--device", "cuda:99"}, launch()),
              Fails(4, StartsWith("yardstick: ")));
}

TEST_F(IsolationTest, ADescriptorThatIsNotOpenIsNamed) {
  EXPECT_THAT(yardstick({"list"}, {.environment = {{"YARDSTICK_TO_PARENT", "77"}}}),
              Fails(2, HasSubstr("YARDSTICK_TO_PARENT=77")));
}

}  // namespace
}  // namespace yardstick::test
