#include "results/history.h"

#include "tests/results/sample_records.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <gmock/gmock.h>

#include <cstdio>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class HistoryTest : public testing::Test {
 protected:
  // One process of `commit` on day `day` of November.
  RunRecord run(int day, const std::string& commit, double step_s, std::int64_t batch = 1) {
    RunRecord record = test::bench_record(++number_, "vit_test", batch, 1 / step_s, step_s);
    char when[32];
    std::snprintf(when, sizeof when, "2026-11-%02dT%02d:00:00.000Z", day, number_ % 20);
    record.started_at = when;
    record.provenance["git_commit"] = commit;
    record.provenance.erase("git_dirty");
    record.measurements.push_back(
        test::measured("time/inference/step", step_s, Unit::kSeconds, Direction::kLowerIsBetter));
    record.measurements.push_back(
        test::measured("throughput/x", 1 / step_s, Unit::kPerSecond, Direction::kHigherIsBetter));
    return record;
  }

  // Twelve nights; from night `change` on a step takes `after`.
  void add_nights(int change, double after) {
    for (int night = 1; night <= 12; ++night) {
      const double level = night < change ? 0.100 : after;
      store_.append(
          run(night, "commit" + std::to_string(night), level * (1 + 0.001 * (night % 3))));
    }
  }

  std::vector<HistorySeries> history(HistoryQuery query = {}) {
    return query_history(store_, query);
  }

  test::TempDir folder_;
  ResultStore store_{folder_.file("results.db"), ResultStore::Mode::kReadWrite};
  int number_ = 0;
};

TEST_F(HistoryTest, NamesTheCommitsOfAChange) {
  add_nights(7, 0.110);

  const auto all = history();
  ASSERT_EQ(all.size(), 1u);
  const HistorySeries& series = all[0];
  ASSERT_EQ(series.changes.size(), 1u);
  const HistoryChange& change = series.changes[0];
  EXPECT_EQ(series.points[change.point - 1].commit, "commit6");
  EXPECT_EQ(series.points[change.point].commit, "commit7");
  EXPECT_NEAR(change.ratio(), 1.1, 0.002);
  EXPECT_TRUE(change.is_worse);
  EXPECT_TRUE(series.has_worsened(0.01));
  EXPECT_FALSE(series.has_worsened(0.2));
}

TEST_F(HistoryTest, JudgesByTheDirectionOfTheTag) {
  add_nights(7, 0.090);

  EXPECT_FALSE(history()[0].has_worsened(0.01));
  const auto rates = history({.tag = "throughput/x"});
  EXPECT_FALSE(rates[0].changes.front().is_worse);
  EXPECT_NEAR(rates[0].changes.front().magnitude(), 10.0 / 9, 0.003);
}

TEST_F(HistoryTest, ARateThatFallsIsWorse) {
  add_nights(7, 0.110);

  EXPECT_TRUE(history({.tag = "throughput/x"})[0].has_worsened(0.01));
}

TEST_F(HistoryTest, LeavesBehindWhatWasBeforeADate) {
  add_nights(7, 0.110);

  const auto all = history({.since = "2026-11-07"});
  EXPECT_EQ(all[0].points.size(), 6u);
  EXPECT_THAT(all[0].changes, IsEmpty());
}

TEST_F(HistoryTest, OneCommitOnOneDayIsOnePoint) {
  for (const double step_s : {0.1, 0.3, 0.2}) store_.append(run(1, "a", step_s));
  store_.append(run(2, "a", 0.5));
  RunRecord dirty = run(2, "a", 0.7);
  dirty.provenance["git_dirty"] = "hash";
  store_.append(dirty);

  const auto all = history();
  std::vector<double> values;
  for (const HistoryPoint& point : all[0].points) values.push_back(point.value);
  EXPECT_THAT(values, ElementsAre(0.2, 0.5, 0.7));
  EXPECT_EQ(all[0].points[0].processes, 3);
}

TEST_F(HistoryTest, ConfigurationsAreSeriesOfTheirOwn) {
  store_.append(run(1, "a", 0.1, 1));
  store_.append(run(1, "a", 0.4, 8));

  EXPECT_EQ(history().size(), 2u);
  EXPECT_THAT([&] { history({.model = "hiera*"}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("hiera*")));
}

TEST_F(HistoryTest, LeavesOutTheBaselineOfAGateAndWhatFailed) {
  for (const char* side : {"baseline", "candidate", "control"}) {
    RunRecord record = run(1, side, 0.1);
    record.provenance["gate"] = "id";
    record.provenance["comparison_side"] = side;
    store_.append(record);
  }
  RunRecord failed = run(1, "failed", 0.1);
  failed.status = RunStatus::kFailed;
  store_.append(failed);

  const auto all = history();
  ASSERT_EQ(all[0].points.size(), 1u);
  EXPECT_EQ(all[0].points[0].commit, "candidate");
}

// Two cells may differ in what a configuration does not say, such as the memory format; and a sweep
// that begins before midnight is one night.
TEST_F(HistoryTest, CellsOfSweepsAreSeriesOfTheirOwn) {
  const auto add = [&](int day, const std::string& cell, const std::string& sweep, double step_s) {
    RunRecord record = run(day, "a", step_s);
    record.provenance["sweep"] = sweep;
    record.provenance["sweep_cell"] = cell;
    store_.append(record);
  };
  add(1, "k1", "first", 0.1);
  add(2, "k1", "first", 0.3);
  add(2, "k1", "second", 0.5);
  add(2, "k2", "second", 0.7);
  store_.append(run(2, "a", 0.9));

  const auto all = history({.cells = {"k1", "k3"}});

  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].cell, "k1");
  ASSERT_EQ(all[0].points.size(), 2u);
  EXPECT_EQ(all[0].points[0].sweep, "first");
  EXPECT_EQ(all[0].points[0].value, 0.2);
  EXPECT_EQ(all[0].points[0].run_ids.size(), 2u);
  EXPECT_EQ(all[0].points[1].value, 0.5);
  EXPECT_EQ(history({.cells = {"k1", "k2"}}).size(), 2u);
}

TEST_F(HistoryTest, SuggestsTheTagThatWasMeant) {
  store_.append(run(1, "a", 0.1));

  EXPECT_THAT([&] { history({.tag = "time/inference/steps"}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("did you mean time/inference/step?")));
}

}  // namespace
}  // namespace yardstick
