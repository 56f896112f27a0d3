// nightly through real processes: nights of a model that its environment slows down, after a
// history that is written from one measured night.

#include "results/nights.h"
#include "results/result_store.h"
#include "results/sweep_lookup.h"
#include "runners/job.h"
#include "tests/cli/finished_matchers.h"
#include "tests/cli/process.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <set>

namespace yardstick::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// On a busy machine a step takes longer than it should, so that the slowdown is a large one.
constexpr char kSlowed[] = "2";    // a step takes three times as long
constexpr double kStep_s = 0.002;  // of a model that nothing slows down

class NightlyTest : public testing::Test {
 protected:
  NightlyTest() { write_suite(R"("models": ["busy_test"])"); }

  void write_suite(const std::string& members) {
    write_file(folder_.file("gate.json"), R"({"protocol": "test", "processes": 3, "device": "cpu",
                                              "threads": 1, )" +
                                              members + "}");
  }

  Launch launch(const std::string& slowdown = "0") {
    return {.folder = folder_.path(),
            .environment = {{"XDG_CACHE_HOME", folder_.file("cache")},
                            {"YARDSTICK_TEST_SLOWDOWN", slowdown}}};
  }

  std::vector<std::string> words(const std::string& night, std::vector<std::string> more = {}) {
    std::vector<std::string> all = {"--plugin", test::built("tests/cli/fixtures/busy.so"),
                                    "nightly",  "gate.json",
                                    "--out",    "out",
                                    "--id",     night};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  Finished nightly(const std::string& night, const std::vector<std::string>& more = {},
                   const std::string& slowdown = "0") {
    return yardstick(words(night, more), launch(slowdown));
  }

  // Nights n01 and on in the database, as one measured just now, with steps as long as they should
  // be, and from night `slower` on three times that.
  void write_history(int nights, int slower) {
    ASSERT_EQ(nightly("measured", {"--db", "measured.db"}).code, 0);
    const ResultStore measured(folder_.file("measured.db"), ResultStore::Mode::kReadOnly);
    ResultStore store(folder_.file("yardstick.db"), ResultStore::Mode::kReadWrite);
    for (int night = 1; night <= nights; ++night) {
      for (const SweepRun& run : sweep_runs(measured, "measured")) {
        RunRecord record = measured.get(run.id);
        record.id = make_uuid();
        char text[64];
        std::snprintf(text, sizeof text, "2026-01-%02dT02:00:00.000Z", night);
        record.started_at = text;
        std::snprintf(text, sizeof text, "n%02d", night);
        record.provenance[kSweepKey] = text;
        record.provenance["git_commit"] = std::string(text) + "-commit";
        record.provenance.erase("git_dirty");
        const double factor = (night >= slower ? 3 : 1) * (1 + 0.002 * (night % 3));
        for (Measurement& measurement : record.measurements) {
          if (measurement.tag == "time/inference/step") measurement.value = kStep_s * factor;
        }
        store.append(record);
      }
    }
  }

  std::int64_t runs() {
    return ResultStore(folder_.file("yardstick.db"), ResultStore::Mode::kReadOnly).size();
  }
  std::string written(const std::string& name) { return read_file(folder_.file("out/" + name)); }

  TempDir folder_;
};

TEST_F(NightlyTest, ANightWithoutNewsWritesItsFilesAndRows) {
  write_history(10, 99);
  const std::int64_t before = runs();

  const Finished finished = nightly("tonight");

  EXPECT_THAT(finished, Prints(HasSubstr("# gate, tonight: nothing changed")));
  EXPECT_EQ(written("summary.md"), finished.out);
  EXPECT_THAT(written("junit.xml"), HasSubstr("tests=\"1\" failures=\"0\" errors=\"0\""));
  EXPECT_THAT(written("report.html"), HasSubstr("busy_test"));
  EXPECT_EQ(runs(), before + 4);  // three processes, and what the night found
}

TEST_F(NightlyTest, AlertsOnceAndThenListsWhatIsKnown) {
  write_history(14, 11);

  const Finished finished = nightly("tonight", {}, kSlowed);

  ASSERT_EQ(finished.code, 1) << finished.out << finished.err;
  EXPECT_THAT(finished.out,
              AllOf(HasSubstr("# gate, tonight: 1 slower"), HasSubstr("n10-com..n11-com"),
                    HasSubstr("processes against the level before")));
  EXPECT_THAT(written("junit.xml"), HasSubstr("failures=\"1\""));

  // The same night again measures nothing, and says the same.
  const std::int64_t stored = runs();
  const Finished again = nightly("tonight", {}, kSlowed);
  EXPECT_EQ(again.code, 1);
  EXPECT_EQ(again.out, finished.out);
  EXPECT_EQ(runs(), stored);

  const Finished next = nightly("tomorrow", {}, kSlowed);
  EXPECT_THAT(next, Prints(AllOf(HasSubstr("nothing changed"), HasSubstr("## Known"),
                                 HasSubstr("| tonight |"))));
  EXPECT_THAT(written("junit.xml"),
              AllOf(HasSubstr("failures=\"0\""), HasSubstr("known since tonight")));
}

TEST_F(NightlyTest, ConfirmsBesideTheBuildBefore) {
  write_history(14, 11);
  write_file(folder_.file("before"),
             "#!/bin/sh\nYARDSTICK_TEST_SLOWDOWN=0 exec '" + test::program() + "' \"$@\"\n");
  std::filesystem::permissions(folder_.file("before"), std::filesystem::perms::owner_all);

  const Finished finished = nightly("tonight", {"--baseline", "./before", "--json"}, kSlowed);

  ASSERT_EQ(finished.code, 1) << finished.out << finished.err;
  const json finding = json::parse(finished.out)["cells"][0]["finding"];
  EXPECT_EQ(finding["answer"], "slower");
  EXPECT_LT(finding["p"].get<double>(), 0.002);
  EXPECT_NEAR(finding["time_ratio"].get<double>(), 3, 1);
  EXPECT_EQ(finding["runs"].size(), finding["processes"].get<std::size_t>());
  EXPECT_THAT(written("summary.md"), HasSubstr("processes beside the build of ./before"));
}

// The history of this cell has become slower, but so has the build before: it is the machine.
TEST_F(NightlyTest, DoesNotBlameTheProgramForTheMachine) {
  write_history(14, 11);

  const Finished finished = nightly("tonight", {"--baseline", test::program()}, kSlowed);

  ASSERT_THAT(finished.code, AnyOf(0, 5)) << finished.out << finished.err;
  EXPECT_THAT(finished.out, AllOf(Not(HasSubstr("## Slower")),
                                  AnyOf(HasSubstr("it was the machine's, or is gone"),
                                        HasSubstr("## Not resolved"))));
  EXPECT_THAT(nightly("tomorrow", {"--baseline", test::program()}, kSlowed),
              Prints(HasSubstr("1 alarm of earlier nights, not confirmed then")));
}

TEST_F(NightlyTest, KilledAndStartedAgainHasEveryProcessOnce) {
  write_suite(R"("models": ["busy_test", "vit_test"])");
  Process killed(words("tonight"), launch());
  ASSERT_TRUE(killed.wait_for_err("[2/6]"));
  killed.send(SIGKILL);
  ASSERT_EQ(killed.wait().signal, SIGKILL);
  EXPECT_FALSE(std::filesystem::exists(folder_.file("out/summary.md")));

  const Finished finished = nightly("tonight");

  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("sweep tonight has"));
  EXPECT_THAT(finished.out, HasSubstr("2 cells, 6 processes"));
  const ResultStore store(folder_.file("yardstick.db"), ResultStore::Mode::kReadOnly);
  std::set<std::pair<std::string, std::int64_t>> processes;
  for (const SweepRun& run : sweep_runs(store, "tonight")) {
    EXPECT_TRUE(processes.insert({run.cell, run.repeat}).second);
  }
  EXPECT_EQ(processes.size(), 6u);
}

TEST_F(NightlyTest, AFailedCellFailsTheNight) {
  write_suite(R"("sides": ["busy_test", "vit_test --timeout 0.01"])");

  const Finished finished = nightly("tonight");

  EXPECT_EQ(finished.code, 1) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("1 failed"), HasSubstr("| 0 of 3 | timed out")));
  EXPECT_THAT(written("junit.xml"), HasSubstr("errors=\"1\""));

  write_suite(R"("sides": ["busy_test", "vit_test --timeout 100"])");
  EXPECT_EQ(nightly("tonight").code, 1);
  EXPECT_EQ(nightly("tonight", {"--retry-failed"}).code, 0);
}

// What the array jobs of a cluster do.
TEST_F(NightlyTest, ReportsWhatShardsHaveMeasured) {
  write_suite(R"("models": ["busy_test", "vit_test"])");
  for (const std::string shard : {"1", "2"}) {
    const Finished part =
        yardstick({"--plugin", test::built("tests/cli/fixtures/busy.so"), "sweep", "gate.json",
                   "--id", "tonight", "--shard", shard + "/2", "--db", shard + ".db", "--resume"},
                  launch());
    ASSERT_EQ(part.code, 0) << part.err;
  }
  ASSERT_EQ(yardstick({"results", "merge", "all.db", "1.db", "2.db"}, launch()).code, 0);

  const Finished finished = nightly("tonight", {"--db", "all.db", "--json"});

  ASSERT_EQ(finished.code, 0) << finished.err;
  EXPECT_EQ(json::parse(finished.out)["cells"].size(), 2u);
  EXPECT_EQ(ResultStore(folder_.file("all.db"), ResultStore::Mode::kReadOnly).size(), 7);
}

TEST_F(NightlyTest, ChecksItsArguments) {
  EXPECT_THAT(yardstick({"nightly", "gate.json"}, launch()), Fails(2, HasSubstr("--out DIR")));
  EXPECT_THAT(yardstick({"nightly", "--out", "out"}, launch()), Fails(2, HasSubstr("SUITE")));
  EXPECT_THAT(nightly("x", {"--baseline", "no-such-ref"}),
              Fails(2, HasSubstr("--baseline no-such-ref")));
  EXPECT_THAT(yardstick({"nightly", "nightli", "--out", "out"}, launch()),
              Fails(3, HasSubstr("nightly_cpu")));
}

}  // namespace
}  // namespace yardstick::test
