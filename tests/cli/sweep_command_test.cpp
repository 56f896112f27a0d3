// sweep and results merge, through the real binary.

#include "results/result_store.h"
#include "tests/cli/finished_matchers.h"
#include "tests/cli/process.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace yardstick::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class SweepCommandTest : public testing::Test {
 protected:
  void write_suite(const std::string& members) {
    write_file(folder_.file("suite.json"),
               R"({"protocol": "test", "threads": 1, "device": "cpu", )" + members + "}");
  }

  std::vector<std::string> words(const std::vector<std::string>& more = {}) {
    std::vector<std::string> all = {"sweep", "suite.json", "--json"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Launch launch() { return {.folder = folder_.path()}; }
  Finished run(const std::vector<std::string>& arguments) { return yardstick(arguments, launch()); }

  // Of a sweep that must have the exit code `code`.
  json sweep(const std::vector<std::string>& more = {}, int code = 0) {
    const Finished finished = run(words(more));
    EXPECT_EQ(finished.code, code) << finished.err;
    err_ = finished.err;
    return json::parse(finished.out);
  }

  static std::set<std::string> run_ids(const json& report) {
    std::set<std::string> ids;
    for (const json& cell : report["cells"]) {
      for (const json& id : cell["runs"]) ids.insert(id);
    }
    return ids;
  }

  static std::set<std::string> keys(const json& report) {
    std::set<std::string> keys;
    for (const json& cell : report["cells"]) keys.insert(cell["key"]);
    return keys;
  }

  TempDir folder_;
  std::string err_;
};

TEST_F(SweepCommandTest, KilledAndResumedHasEveryProcessOnce) {
  write_suite(R"("models": ["vit_test", "hiera_test"], "batches": [1, 2], "processes": 2)");
  Process killed(words(), launch());
  ASSERT_TRUE(killed.wait_for_err("[2/8]"));
  killed.send(SIGKILL);
  ASSERT_EQ(killed.wait().signal, SIGKILL);
  const json left = sweep({"--dry-run", "--resume"});
  EXPECT_LE(left["to_run"], 6);

  const json resumed = sweep({"--resume"});

  EXPECT_EQ(resumed["run_now"], left["to_run"]);
  EXPECT_EQ(resumed["ok"], 8);
  EXPECT_EQ(resumed["missing"], 0);
  EXPECT_EQ(run_ids(resumed).size(), 8u);
  const json again = sweep({"--resume"});
  EXPECT_EQ(again["run_now"], 0);
  EXPECT_EQ(again["cells"], resumed["cells"]);
}

TEST_F(SweepCommandTest, InterruptedOnceItEndsCleanlyAndGoesOn) {
  write_suite(R"("models": "vit_test", "processes": 4)");
  Process process(words(), launch());
  ASSERT_TRUE(process.wait_for_err("[1/4]"));
  process.send(SIGINT);
  const Finished finished = process.wait();

  ASSERT_EQ(finished.code, 1) << finished.err;
  const json stopped = json::parse(finished.out);
  EXPECT_TRUE(stopped["interrupted"].get<bool>());
  EXPECT_GE(stopped["missing"], 1);

  const json resumed = sweep({"--resume"});
  EXPECT_EQ(resumed["sweep"], stopped["sweep"]);
  EXPECT_EQ(resumed["ok"], 4);
}

TEST_F(SweepCommandTest, WithoutResumeEachSweepIsANewOne) {
  write_suite(R"("models": "vit_test")");
  const json first = sweep();
  const json second = sweep();

  EXPECT_NE(first["sweep"], second["sweep"]);
  EXPECT_EQ(second["run_now"], 1);
  EXPECT_NE(run_ids(first), run_ids(second));
  EXPECT_EQ(keys(first), keys(second));
  EXPECT_GT(first["cells"][0]["median_step_s"].get<double>(), 0);
}

TEST_F(SweepCommandTest, AFailureIsARecordAndTheOthersAreMeasured) {
  write_suite(R"("sides": ["vit_test --timeout 0.01", "hiera_test"])");

  const json report = sweep({}, 1);

  EXPECT_EQ(report["ok"], 1);
  EXPECT_EQ(report["failed"], 1);
  EXPECT_THAT(report["cells"][0]["failures"][0].get<std::string>(), HasSubstr("timed out"));
  EXPECT_EQ(sweep({"--resume"}, 1)["run_now"], 0);

  // A limit of time is not part of what is measured, so this is the same cell.
  write_suite(R"("sides": ["vit_test --timeout 100", "hiera_test"])");
  const json retried = sweep({"--retry-failed"});
  EXPECT_EQ(retried["run_now"], 1);
  EXPECT_EQ(retried["ok"], 2);
  EXPECT_EQ(retried["sweep"], report["sweep"]);
}

TEST_F(SweepCommandTest, ShardsAreDisjointAndComplete) {
  write_suite(R"("models": ["vit_test", "hiera_test"], "batches": [1, 2, 3, 4])");
  const std::set<std::string> all = keys(sweep({"--dry-run"}));
  ASSERT_EQ(all.size(), 8u);

  std::set<std::string> seen;
  for (const char* shard : {"1/3", "2/3", "3/3"}) {
    const std::set<std::string> part = keys(sweep({"--dry-run", "--shard", shard}));
    EXPECT_GE(part.size(), 2u);
    for (const std::string& key : part) EXPECT_TRUE(seen.insert(key).second) << key;
  }
  EXPECT_EQ(seen, all);
  EXPECT_FALSE(std::filesystem::exists(folder_.file("yardstick.db")));  // a dry run leaves nothing
}

TEST_F(SweepCommandTest, MergedShardsAreOneSweep) {
  write_suite(R"("models": ["vit_test", "hiera_test"], "batches": [1, 2])");
  sweep({"--id", "june", "--shard", "1/2", "--db", "1.db"});
  sweep({"--id", "june", "--shard", "2/2", "--db", "2.db"});

  EXPECT_THAT(run({"results", "merge", "all.db", "1.db", "2.db"}),
              Prints(AllOf(HasSubstr("1.db: 2 runs added"), HasSubstr("all.db: 4 runs"))));
  const json again = json::parse(run({"results", "merge", "all.db", "1.db", "2.db", "--json"}).out);
  EXPECT_EQ(again["runs"], 4);
  EXPECT_EQ(again["merged"][1], (json{{"from", "2.db"}, {"added", 0}, {"already_there", 2}}));

  const json whole = sweep({"--resume", "--id", "june", "--db", "all.db"});
  EXPECT_EQ(whole["run_now"], 0);
  EXPECT_EQ(whole["ok"], 4);
}

TEST_F(SweepCommandTest, KeysDependOnWhatIsMeasuredAndNotOnHowItIsTyped) {
  write_suite(R"("sides": ["vit_test --seed 3 --precision=bf16"])");
  const std::set<std::string> key = keys(sweep({"--dry-run"}));
  write_suite(R"("sides": ["--precision bf16 vit_test"], "seed": 3, "timeout": 9)");
  EXPECT_EQ(keys(sweep({"--dry-run"})), key);
  write_suite(R"("sides": ["--precision bf16 vit_test"], "seed": 4)");
  EXPECT_NE(keys(sweep({"--dry-run"})), key);
}

TEST_F(SweepCommandTest, PrintsATableAndProgress) {
  write_suite(R"("models": "vit_test", "batches": [1, 2])");

  const Finished finished = run({"sweep", "suite.json"});

  EXPECT_THAT(finished, Prints(AllOf(HasSubstr("vit_test, batch 2"), HasSubstr("2 processes ok"))));
  EXPECT_THAT(finished.err, AllOf(HasSubstr("[1/2] vit_test"), HasSubstr("ETA")));
  EXPECT_THAT(run({"sweep", "suite.json", "--quiet"}).err, IsEmpty());
  EXPECT_THAT(run({"sweep", "suite.json", "--dry-run"}), Prints(HasSubstr("2 processes to run")));
}

TEST_F(SweepCommandTest, FlagsWhatAnotherBuildAddsToASweep) {
  write_suite(R"("models": "vit_test", "processes": 2)");
  const json mine = sweep({"--db", "mine.db"});
  {
    const ResultStore store(folder_.file("mine.db"), ResultStore::Mode::kReadOnly);
    RunRecord record = store.get(mine["cells"][0]["runs"][0]);
    EXPECT_THAT(record.flags, Not(Contains("sweep_mixed_binaries")));
    record.provenance["binary_sha256"] = std::string(64, '0');
    ResultStore(folder_.file("yardstick.db"), ResultStore::Mode::kReadWrite).append(record);
  }

  const json resumed = sweep({"--resume"});

  EXPECT_THAT(err_, HasSubstr("another build"));
  EXPECT_EQ(resumed["run_now"], 1);
  const ResultStore store(folder_.file("yardstick.db"), ResultStore::Mode::kReadOnly);
  EXPECT_THAT(store.get(resumed["cells"][0]["runs"][1]).flags, Contains("sweep_mixed_binaries"));
}

TEST_F(SweepCommandTest, FindsTheSuitesThatShipByName) {
  EXPECT_THAT(run({"sweep", "smoke", "--dry-run"}), Prints(HasSubstr("12 processes to run")));
  EXPECT_THAT(run({"sweep", "smok"}), Fails(3, AllOf(HasSubstr("smok"), HasSubstr("nightly"))));
}

TEST_F(SweepCommandTest, RefusesWhatItCannotDo) {
  write_suite(R"("sides": ["vit_test --threads 1", "vit_test --threads=1"])");
  EXPECT_THAT(run(words()), Fails(2, HasSubstr("measure the same")));
  write_suite(R"("models": "vit_test")");
  for (const char* shard : {"0/2", "3/2", "2", "a/b", "1/2/3", ""}) {
    EXPECT_THAT(run(words({"--shard", shard})), Fails(2, HasSubstr("--shard"))) << shard;
  }
  sweep({"--id", "june"});
  EXPECT_THAT(run(words({"--id", "june"})), Fails(2, HasSubstr("--resume")));
  const json other = sweep({"--id", "july", "--resume"});
  EXPECT_THAT(err_, HasSubstr("nothing to resume"));
  EXPECT_EQ(other["run_now"], 1);
}

TEST_F(SweepCommandTest, MergeRefusesAMistypedSourceBeforeItWritesAnything) {
  EXPECT_THAT(run({"results", "merge", "all.db", "none.db"}), Fails(3, HasSubstr("none.db")));
  EXPECT_FALSE(std::filesystem::exists(folder_.file("all.db")));
}

}  // namespace
}  // namespace yardstick::test
