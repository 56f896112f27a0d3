#include "results/prune.h"

#include "results/newest.h"
#include "results/store_impl.h"
#include "tests/results/record_matchers.h"
#include "tests/results/sample_records.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Mode = ResultStore::Mode;

class PruneTest : public testing::Test {
 protected:
  // Row by row: the benchmark of a configuration three times, once more with another batch, a
  // failure, and an evaluation with outcomes twice.
  PruneTest() {
    for (const int number : {1, 2, 3}) add(test::bench_record(number, "vit_test", 32, 300, 0.1));
    add(test::bench_record(4, "vit_test", 64, 400, 0.2));
    RunRecord failed = test::bench_record(5, "vit_test", 128, 0, 0);
    failed.status = RunStatus::kFailed;
    failed.measurements.clear();
    add(failed);
    for (const int number : {6, 7}) {
      RunRecord record = test::eval_record(number, "vit_test", 0.9);
      record.samples = test::full_record(1).samples;
      record.outcomes = test::full_record(1).outcomes;
      add(record);
    }
  }

  void add(const RunRecord& record) { store_.append(record); }

  std::vector<int> numbers() {
    std::vector<int> found;
    detail::Statement select = connection().prepare("SELECT id FROM runs ORDER BY id");
    while (select.step()) found.push_back(std::stoi(select.text(0).substr(24), nullptr, 16));
    return found;
  }

  // What goes, in the order of numbers.
  std::vector<int> prune(const PruneQuery& query) {
    Pruning pruning(store_, query);
    std::vector<int> gone;
    pruning.visit([&](const RunSummary& run) {
      gone.push_back(std::stoi(run.id.substr(24), nullptr, 16));
      return true;
    });
    EXPECT_EQ(pruning.counts().runs, static_cast<std::int64_t>(gone.size()));
    if (!gone.empty()) pruning.remove();
    std::sort(gone.begin(), gone.end());
    return gone;
  }

  const detail::Connection& connection() { return store_.impl().connection; }
  std::int64_t count(const std::string& from) {
    return connection().integer("SELECT count(*) FROM " + from);
  }

  // Whole, consistent, and append-only again. Adds a run, so that no table is empty.
  void expect_sound() {
    add(test::full_record(0xfff));
    EXPECT_EQ(connection().text("PRAGMA integrity_check"), "ok");
    EXPECT_FALSE(connection().prepare("PRAGMA foreign_key_check").step());
    for (const char* table : {"runs", "measurement_values", "sample_series", "outcomes"}) {
      EXPECT_ANY_THROW(connection().execute(std::string("DELETE FROM ") + table)) << table;
    }
    EXPECT_ANY_THROW(connection().execute("UPDATE runs SET model = 'x'"));
    EXPECT_TRUE(detail::newest_is_consistent(connection()));
  }

  test::TempDir folder_;
  ResultStore store_{folder_.file("results.db"), Mode::kReadWrite};
};

TEST_F(PruneTest, RemovesARunWithAllThatItHolds) {
  const std::string triggers = connection().text(
      "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema WHERE "
      "type = 'trigger' ORDER BY name)");

  EXPECT_THAT(prune({.filters = {"kind=eval"}}), ElementsAre(6));  // 7 is what is shown

  EXPECT_THAT(numbers(), ElementsAre(1, 2, 3, 4, 5, 7));
  EXPECT_EQ(count("outcomes"), 1);
  EXPECT_EQ(count("sample_series"), 2);
  EXPECT_EQ(count("measurement_values WHERE run NOT IN (SELECT run FROM runs)"), 0);
  EXPECT_EQ(connection().text("SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema "
                              "WHERE type = 'trigger' ORDER BY name)"),
            triggers);
  expect_sound();
}

TEST_F(PruneTest, GoesOnTakingRecordsAfterwards) {
  prune({.filters = {"kind=eval"}});

  add(test::full_record(20));
  add(test::eval_record(6, "vit_test", 0.9));  // also what was there before

  test::expect_equal_records(store_.get(test::sample_id(20)), test::full_record(20));
  expect_sound();
}

TEST_F(PruneTest, KeepsWhatLeaderboardsShow) {
  EXPECT_THAT(prune({.filters = {"model=*"}}), ElementsAre(1, 2, 5, 6));
  EXPECT_THAT(numbers(), ElementsAre(3, 4, 7));
  EXPECT_THAT(prune({.filters = {"model=*"}, .also_shown = true}), ElementsAre(3, 4, 7));
  EXPECT_THAT(numbers(), IsEmpty());
  expect_sound();
}

TEST_F(PruneTest, KeepsTheVerdictsOnPapers) {
  RunRecord verdict = test::bench_record(30, "MAE ViT-B", 0, 0, 0);
  verdict.measurements.clear();
  verdict.on_leaderboard = false;
  verdict.provenance["reproduction"] = "{}";
  add(verdict);

  EXPECT_THAT(prune({.filters = {"model=MAE*"}}), IsEmpty());
  EXPECT_THAT(prune({.filters = {"model=MAE*"}, .also_shown = true}), ElementsAre(30));
}

TEST_F(PruneTest, GoesBackToTheRunBeforeWhereTheNewestGoes) {
  prune({.filters = {"id=" + test::sample_id(3)}, .also_shown = true});

  EXPECT_EQ(connection().text("SELECT id FROM newest_measurements WHERE batch_size = 32 AND tag = "
                              "'throughput/inference/images'"),
            test::sample_id(2));
}

TEST_F(PruneTest, TakesWhatIsOlder) {
  EXPECT_THAT(prune({.before = "2026-11-25T10:00:03", .also_shown = true}), ElementsAre(1, 2));
}

TEST_F(PruneTest, AllConditionsMustHold) {
  EXPECT_THAT(prune({.filters = {"kind=bench", "batch=32"},
                     .before = "2026-11-25T10:00:02",
                     .also_shown = true}),
              ElementsAre(1));
}

TEST_F(PruneTest, KeepsTheNewestOfEachConfiguration) {
  EXPECT_THAT(prune({.keep_newest = 2, .also_shown = true}), ElementsAre(1));
  EXPECT_THAT(prune({.keep_newest = 1, .also_shown = true}), ElementsAre(2, 6));
  EXPECT_THAT(prune({.keep_newest = 0, .also_shown = true}), ElementsAre(3, 4, 5, 7));
}

TEST_F(PruneTest, CountsFailuresForThemselves) {
  for (const int number : {8, 9}) {
    RunRecord failed = test::bench_record(number, "vit_test", 32, 0, 0);
    failed.status = RunStatus::kFailed;
    add(failed);
  }

  EXPECT_THAT(prune({.filters = {"batch=32", "kind=bench"}, .keep_newest = 1, .also_shown = true}),
              ElementsAre(1, 2, 8));
}

TEST_F(PruneTest, DropsOnlySamples) {
  RunRecord expected = store_.get(test::sample_id(6));
  expected.samples.clear();
  expected.outcomes.reset();
  Pruning pruning(store_, {.filters = {"model=*"}, .extent = PruneExtent::kSamples});
  EXPECT_EQ(pruning.counts().runs, 1);  // of those with samples 7 is shown
  EXPECT_EQ(pruning.counts().series, 2);
  EXPECT_EQ(pruning.counts().outcomes, 1);
  EXPECT_GT(pruning.counts().bytes, 0);
  EXPECT_EQ(pruning.counts().shown, 1);

  pruning.remove();

  EXPECT_EQ(store_.size(), 7);
  test::expect_equal_records(store_.get(test::sample_id(6)), expected);
  EXPECT_TRUE(store_.get(test::sample_id(7)).outcomes.has_value());
  expect_sound();
}

TEST_F(PruneTest, RemovesNoneThatWasNotChosen) {
  Pruning pruning(store_, {.filters = {"status=failed"}});
  RunRecord failed = test::bench_record(40, "vit_test", 128, 0, 0);
  failed.status = RunStatus::kFailed;
  add(failed);  // between the look and the deed

  pruning.remove();

  EXPECT_THAT(numbers(), ElementsAre(1, 2, 3, 4, 6, 7, 40));
}

TEST_F(PruneTest, LogsWhatWasRemoved) {
  prune({.filters = {"kind=eval"}, .before = "2030"});

  EXPECT_EQ(count("prunings"), 1);
  EXPECT_EQ(connection().text("SELECT condition FROM prunings"), "kind=eval, started before 2030");
  EXPECT_EQ(connection().text("SELECT kind || ' ' || runs_removed || ' ' || series_removed "
                              "FROM prunings"),
            "runs 1 2");
}

TEST_F(PruneTest, RemovesAllOrNothing) {
  // The log cannot be written, after everything else.
  connection().execute(
      "CREATE TRIGGER refuse BEFORE INSERT ON prunings BEGIN SELECT RAISE(ABORT, "
      "'no'); END");
  Pruning pruning(store_, {.filters = {"model=*"}, .also_shown = true});

  EXPECT_ANY_THROW(pruning.remove());

  EXPECT_EQ(store_.size(), 7);
  connection().execute("DROP TRIGGER refuse");
  expect_sound();
}

TEST_F(PruneTest, NeedsACondition) {
  EXPECT_THAT([&] { Pruning(store_, {}); }, ThrowsError(ErrorKind::kUser, HasSubstr("which runs")));
  EXPECT_THAT([&] { Pruning(store_, {.also_shown = true}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("which runs")));
}

TEST_F(PruneTest, GivesSpaceBack) {
  for (int number = 100; number < 200; ++number) {
    RunRecord record = test::full_record(number);
    for (int i = 0; i < 1000; ++i) record.samples[0].values.push_back(1.0 / (number + i));
    add(record);
  }
  prune({.filters = {"model=hiera_test"}, .also_shown = true});

  const auto [before, after] = vacuum(store_);

  EXPECT_LT(after, before / 2);
  EXPECT_EQ(connection().text("PRAGMA journal_mode"), "wal");
  expect_sound();
}

TEST(PruneBoundTest, ReadsAgesAndDates) {
  EXPECT_EQ(prune_bound("2026-05"), "2026-05");
  EXPECT_EQ(prune_bound("2026-05-01T10:00"), "2026-05-01T10:00");
  const std::string now = prune_bound("0d");
  EXPECT_LT(prune_bound("1w"), prune_bound("6d"));
  EXPECT_LT(prune_bound("6d"), now);
  EXPECT_EQ(now.size(), std::string("2026-05-01T10:00:00.000Z").size());
  for (const char* text : {"", "d", "-3d", "12", "3m", "soon", "2026-13x", "1e3d", "9999999999d"}) {
    EXPECT_THAT([&] { prune_bound(text); },
                ThrowsError(ErrorKind::kUser, HasSubstr("--older-than")))
        << text;
  }
}

}  // namespace
}  // namespace yardstick
