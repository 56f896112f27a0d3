#include "results/sweep_lookup.h"

#include "tests/results/sample_records.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>

namespace yardstick {
namespace {

class SweepLookupTest : public testing::Test {
 protected:
  void add(int number, const std::string& sweep, const std::string& started_at,
           RunStatus status = RunStatus::kOk, double step_s = 0.5) {
    RunRecord record = test::bench_record(number, "vit_test", 1, 1 / step_s, step_s);
    record.started_at = started_at;
    record.status = status;
    record.duration_s = number;
    record.measurements.push_back(test::measured("time/training/step", 3 * step_s, Unit::kSeconds,
                                                 Direction::kLowerIsBetter));
    if (status == RunStatus::kOk) {
      record.measurements.push_back(
          test::measured("time/inference/step", step_s, Unit::kSeconds, Direction::kLowerIsBetter));
    }
    record.provenance[kSweepKey] = sweep;
    record.provenance[kSweepSuiteKey] = "suite";
    record.provenance[kSweepCellKey] = "cell";
    record.provenance[kSweepRepeatKey] = "7";
    record.provenance["binary_sha256"] = "abc";
    store_.append(record);
  }

  test::TempDir folder_;
  ResultStore store_{folder_.file("results.db"), ResultStore::Mode::kReadWrite};
};

TEST_F(SweepLookupTest, FindsTheRunsOfOneSweepOnly) {
  store_.append(test::full_record(9));
  add(1, "a", "2026-01-01T00:00:00.000Z");
  add(2, "b", "2026-01-02T00:00:00.000Z");
  add(3, "a", "2026-01-03T00:00:00.000Z", RunStatus::kFailed);

  const std::vector<SweepRun> runs = sweep_runs(store_, "a");

  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].id, test::sample_id(1));
  EXPECT_EQ(runs[0].cell, "cell");
  EXPECT_EQ(runs[0].repeat, 7);
  EXPECT_EQ(runs[0].status, RunStatus::kOk);
  EXPECT_EQ(runs[0].step_s, 0.5);
  EXPECT_EQ(runs[0].binary_sha256, "abc");
  EXPECT_EQ(runs[1].status, RunStatus::kFailed);
  EXPECT_EQ(runs[1].step_s, 1.5);  // of training: no inference was measured
}

TEST_F(SweepLookupTest, TheNewestSweepIsThatOfTheNewestRun) {
  EXPECT_EQ(newest_sweep(store_, "suite"), std::nullopt);
  add(1, "old", "2026-01-02T00:00:00.000Z");
  add(2, "older", "2026-01-01T00:00:00.000Z");

  EXPECT_EQ(newest_sweep(store_, "suite"), "old");
  EXPECT_EQ(newest_sweep(store_, "another"), std::nullopt);
}

TEST_F(SweepLookupTest, AveragesTheDurationsOfWhatEndedWell) {
  add(2, "a", "2026-01-01T00:00:00.000Z");
  add(4, "b", "2026-01-02T00:00:00.000Z");
  add(90, "b", "2026-01-03T00:00:00.000Z", RunStatus::kFailed);

  EXPECT_THAT(mean_cell_durations_s(store_), testing::ElementsAre(testing::Pair("cell", 3)));
}

}  // namespace
}  // namespace yardstick
