#include "results/leaderboard.h"

#include "tests/results/sample_records.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <yardstick/error.h>

#include <gmock/gmock.h>

#include <limits>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kTop1[] = "accuracy/top1";
constexpr char kThroughput[] = "throughput/inference/images";
constexpr char kLatency[] = "latency/inference/median";

class LeaderboardTest : public testing::Test {
 protected:
  void add(const RunRecord& record) { store_.append(record); }
  Leaderboard query(LeaderboardQuery query = {}) { return query_leaderboard(store_, query); }
  std::vector<LeaderboardRow> all_rows() { return query({.group = "none"}).rows; }
  std::vector<std::string> models(const LeaderboardQuery& asked) {
    std::vector<std::string> names;
    for (const LeaderboardRow& row : query(asked).rows) names.push_back(row.model);
    return names;
  }

  test::TempDir folder_;
  ResultStore store_{folder_.file("results.db"), ResultStore::Mode::kReadWrite};
};

TEST_F(LeaderboardTest, JoinsAccuracyWithTheSpeedOfTheSameModel) {
  add(test::eval_record(1, "vit_test", 0.95));
  add(test::bench_record(2, "vit_test", 8, 300, 0.02));

  const auto rows = all_rows();

  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].weights, "3fa9c1d2");
  EXPECT_EQ(rows[0].task, "digits");
  EXPECT_EQ(rows[0].device_name, "Example CPU");
  EXPECT_EQ(rows[0].values.at(kTop1).value, 0.95);
  EXPECT_EQ(rows[0].values.at(kThroughput).value, 300);
  EXPECT_EQ(rows[0].batch.at(kThroughput), 8);
  EXPECT_THAT(rows[0].run_ids, ElementsAre(test::sample_id(2), test::sample_id(1)));
}

TEST_F(LeaderboardTest, TakesTheSpeedThatWasMeasuredWithOtherWeights) {
  add(test::eval_record(1, "vit_test", 0.95));
  RunRecord bench = test::bench_record(2, "vit_test", 8, 300, 0.02);
  bench.provenance["checkpoint_sha256"] = std::string(64, '7');
  add(bench);

  EXPECT_EQ(all_rows().at(0).values.at(kThroughput).value, 300);
}

TEST_F(LeaderboardTest, JoinsTrainingWithTheEvaluationOfWhatItWrote) {
  add(test::train_record(1, "vit_test", 0.94));
  add(test::eval_record(2, "vit_test", 0.95));

  const auto rows = all_rows();

  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].values.at(kTop1).value, 0.95);
  EXPECT_EQ(rows[0].values.at("train/images_per_s").value, 210.5);
}

TEST_F(LeaderboardTest, KeepsDifferentConfigurationsApart) {
  const RunRecord base = test::eval_record(1, "vit_test", 0.95);
  std::int64_t number = 1;
  add(base);
  const auto add_changed = [&](const auto& change) {
    RunRecord record = base;
    record.id = test::sample_id(++number);
    change(record);
    add(record);
  };
  add_changed([](RunRecord& r) { r.provenance["cpu_model"] = "Another CPU"; });
  add_changed([](RunRecord& r) { r.precision = "bf16"; });
  add_changed([](RunRecord& r) { r.provenance["model_params"] = R"({"classes": 11})"; });
  add_changed([](RunRecord& r) { r.methods = R"([{"name":"tome","params":{"r":8}}])"; });
  add_changed([](RunRecord& r) { r.provenance["data_fingerprint"] = "content:bb"; });
  add_changed([](RunRecord& r) { r.split = "train"; });
  add_changed([](RunRecord& r) { r.provenance["checkpoint_sha256"] = std::string(64, '5'); });

  EXPECT_EQ(all_rows().size(), 8u);
}

TEST_F(LeaderboardTest, TakesEqualSettingsForEqualWhateverTheirOrderAndOrigin) {
  RunRecord record = test::eval_record(1, "vit_test", 0.95);
  record.provenance["model_params"] = R"({"classes": 10, "depth": 12})";
  add(record);
  record.id = test::sample_id(2);
  record.effective =
      R"({"model_params": {"depth": {"value": 12, "origin": "flag"}, "classes": 10}})";
  add(record);

  EXPECT_EQ(all_rows().size(), 1u);
}

TEST_F(LeaderboardTest, KeepsThreadCountsApart) {
  add(test::eval_record(1, "vit_test", 0.95));
  add(test::bench_record(2, "vit_test", 1, 100, 0.01));
  RunRecord other = test::bench_record(3, "vit_test", 1, 190, 0.005);
  other.provenance["threads_intra"] = "4";
  add(other);

  const auto rows = all_rows();

  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].values.at(kTop1).value, rows[1].values.at(kTop1).value);
  EXPECT_NE(rows[0].threads, rows[1].threads);
}

TEST_F(LeaderboardTest, TakesTheNewestValueOfEachMeasurement) {
  RunRecord old = test::eval_record(1, "vit_test", 0.90);
  old.measurements.push_back(
      test::measured("accuracy/top5", 0.99, Unit::kFraction, Direction::kHigherIsBetter));
  add(test::eval_record(3, "vit_test", 0.95));
  add(old);
  add(test::eval_record(2, "vit_test", 0.93));

  const auto rows = all_rows();

  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].values.at(kTop1).value, 0.95);
  EXPECT_EQ(rows[0].values.at("accuracy/top5").value, 0.99);
}

TEST_F(LeaderboardTest, PassesOverRunsThatDidNotEndWell) {
  add(test::eval_record(1, "vit_test", 0.90));
  RunRecord failed = test::eval_record(2, "vit_test", 0.99);
  failed.status = RunStatus::kInterrupted;
  add(failed);

  EXPECT_EQ(all_rows().at(0).values.at(kTop1).value, 0.90);
}

TEST_F(LeaderboardTest, TakesTheBestThroughputAndTheLatencyOfTheSmallestBatch) {
  add(test::bench_record(1, "vit_test", 32, 400, 0.080));
  add(test::bench_record(2, "vit_test", 1, 100, 0.010));
  add(test::bench_record(3, "vit_test", 8, 450, 0.018));

  const auto rows = all_rows();

  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].values.at(kThroughput).value, 450);
  EXPECT_EQ(rows[0].batch.at(kThroughput), 8);
  EXPECT_EQ(rows[0].values.at(kLatency).value, 0.010);
  EXPECT_EQ(rows[0].batch.at(kLatency), 1);
  EXPECT_EQ(rows[0].batch.at("params/total"), 0);
  EXPECT_EQ(rows[0].weights, "random");
  EXPECT_EQ(rows[0].task, "");
}

TEST_F(LeaderboardTest, LeavesIneligibleRunsOutUnlessAsked) {
  add(test::eval_record(1, "vit_test", 0.90));
  RunRecord debug = test::eval_record(2, "hiera_test", 0.99);
  debug.on_leaderboard = false;
  debug.flags = {"debug_build"};
  add(debug);

  EXPECT_THAT(models({}), ElementsAre("vit_test"));
  EXPECT_THAT(models({.include_ineligible = true}), ElementsAre("hiera_test", "vit_test"));
  EXPECT_THAT(query({.include_ineligible = true}).rows[0].flags, ElementsAre("debug_build"));
}

TEST_F(LeaderboardTest, SortsByTheDirectionOfTheMeasurement) {
  add(test::bench_record(1, "slow", 1, 50, 0.020));
  add(test::bench_record(2, "fast", 1, 100, 0.010));

  EXPECT_THAT(models({.sort = kLatency}), ElementsAre("fast", "slow"));
  EXPECT_THAT(models({.sort = kThroughput}), ElementsAre("fast", "slow"));
}

TEST_F(LeaderboardTest, PutsWhatCannotBeRankedLast) {
  add(test::eval_record(1, "diverged", std::numeric_limits<double>::quiet_NaN()));
  add(test::eval_record(2, "good", 0.9));
  add(test::bench_record(3, "only_benched", 1, 100, 0.01));

  const auto rows = query().rows;

  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].model, "good");
  EXPECT_EQ(rows[0].rank, 1);
  EXPECT_EQ(rows[1].model, "diverged");
  EXPECT_EQ(rows[1].rank, 0);
  EXPECT_EQ(rows[2].model, "only_benched");
  EXPECT_EQ(rows[2].rank, 0);
}

TEST_F(LeaderboardTest, GivesEqualValuesTheSameRank) {
  add(test::eval_record(1, "a", 0.9));
  add(test::eval_record(2, "b", 0.9));
  add(test::eval_record(3, "c", 0.8));

  const auto rows = query().rows;

  EXPECT_EQ(rows[0].rank, 1);
  EXPECT_EQ(rows[1].rank, 1);
  EXPECT_EQ(rows[2].rank, 3);
}

TEST_F(LeaderboardTest, RanksTasksApartByAccuracyAndTogetherBySpeed) {
  add(test::eval_record(1, "a", 0.9));
  RunRecord other = test::eval_record(2, "b", 0.7);
  other.task = "imagenet1k";
  add(other);
  add(test::bench_record(3, "a", 1, 100, 0.01));
  add(test::bench_record(4, "b", 1, 200, 0.005));

  const auto by_accuracy = query().rows;
  const auto by_speed = query({.sort = kThroughput}).rows;

  EXPECT_EQ(by_accuracy[0].rank, 1);
  EXPECT_EQ(by_accuracy[1].rank, 1);
  EXPECT_EQ(by_speed[0].model, "b");
  EXPECT_EQ(by_speed[1].rank, 2);
  EXPECT_THAT(models({.task = "imagenet1k"}), ElementsAre("b"));
  EXPECT_THAT([&] { query({.task = "imagenet"}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("did you mean imagenet1k?")));
}

TEST_F(LeaderboardTest, KeepsTheBestRowOfEachGroup) {
  RunRecord merged = test::eval_record(1, "vit_test", 0.92);
  merged.methods = R"([{"name":"tome","params":{"r":8}}])";
  add(merged);
  add(test::eval_record(2, "vit_test", 0.95));
  add(test::eval_record(3, "vit_tiny", 0.97));
  add(test::eval_record(4, "hiera_test", 0.96));

  EXPECT_THAT(models({}), ElementsAre("vit_tiny", "hiera_test", "vit_test"));
  EXPECT_THAT(models({.group = "family"}), ElementsAre("vit_tiny", "hiera_test"));
  EXPECT_EQ(models({.group = "none"}).size(), 4u);
  EXPECT_THAT(models({.group = "device"}), ElementsAre("vit_tiny"));
  EXPECT_THAT([&] { query({.group = "modle"}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("did you mean model")));
}

TEST_F(LeaderboardTest, LimitsEachTaskToItsBestRows) {
  add(test::eval_record(1, "a", 0.9));
  add(test::eval_record(2, "b", 0.8));
  add(test::eval_record(3, "c", 0.7));
  for (int number = 4; number < 7; ++number) {
    RunRecord other = test::eval_record(number, concat("d", number), 0.1 * number);
    other.task = "imagenet1k";
    add(other);
  }

  const auto rows = query({.limit = 2}).rows;

  EXPECT_THAT(models({.limit = 2}), ElementsAre("a", "b", "d6", "d5"));
  EXPECT_EQ(rows[3].rank, 2);
  EXPECT_THAT(models({.task = "imagenet1k", .limit = 1}), ElementsAre("d6"));
  EXPECT_EQ(models({.limit = 0}).size(), 6u);
  EXPECT_EQ(models({.limit = 100}).size(), 6u);
}

TEST_F(LeaderboardTest, LimitsRowsOfAllTasksTogetherWhereTheyCompare) {
  for (int number = 1; number < 6; ++number) {
    add(test::bench_record(number, concat("m", number), 1, 100 * number, 0.01));
  }

  EXPECT_THAT(models({.sort = kThroughput, .limit = 2}), ElementsAre("m5", "m4"));
}

TEST_F(LeaderboardTest, CountsGroupsAndNotRowsUpToTheLimit) {
  for (int number = 1; number < 5; ++number) {
    RunRecord record = test::eval_record(number, number < 4 ? "vit_test" : "hiera_test", 0.9);
    record.provenance["model_params"] = concat(R"({"depth": )", number, "}");
    record.measurements[0].value = 0.95 - 0.01 * number;
    add(record);
  }

  EXPECT_THAT(models({.limit = 2}), ElementsAre("vit_test", "hiera_test"));
  EXPECT_THAT(models({.group = "none", .limit = 2}), ElementsAre("vit_test", "vit_test"));
}

TEST_F(LeaderboardTest, FillsTheLimitWithRowsThatCannotBeRanked) {
  add(test::eval_record(1, "good", 0.9));
  for (int number = 2; number < 6; ++number) {
    add(test::eval_record(number, concat("diverged", number),
                          std::numeric_limits<double>::quiet_NaN()));
  }

  EXPECT_THAT(models({.limit = 3}), ElementsAre("good", "diverged5", "diverged4"));
}

TEST_F(LeaderboardTest, FiltersByTextAndByNumber) {
  add(test::eval_record(1, "vit_test", 0.95));
  add(test::eval_record(2, "vit_tiny", 0.85));
  add(test::eval_record(3, "hiera_test", 0.90));
  add(test::bench_record(4, "vit_test", 1, 100, 0.012));
  add(test::bench_record(5, "hiera_test", 1, 100, 0.008));

  EXPECT_THAT(models({.filters = {"model=vit_*"}}), ElementsAre("vit_test", "vit_tiny"));
  EXPECT_THAT(models({.filters = {"model!=vit_*"}}), ElementsAre("hiera_test"));
  EXPECT_THAT(models({.filters = {"accuracy/top1>=90%"}}), ElementsAre("vit_test", "hiera_test"));
  EXPECT_THAT(models({.filters = {"accuracy/top1<0.9"}}), ElementsAre("vit_tiny"));
  EXPECT_THAT(models({.filters = {"latency/inference/median<10ms"}}), ElementsAre("hiera_test"));
  EXPECT_THAT(models({.filters = {"params/total<30M", "family=vit"}}), ElementsAre("vit_test"));
}

TEST_F(LeaderboardTest, ShowsWhatItWasFilteredBy) {
  RunRecord record = test::eval_record(1, "vit_test", 0.95);
  record.measurements.push_back(
      test::measured("loss/nll", 0.2, Unit::kNats, Direction::kLowerIsBetter));
  add(record);

  EXPECT_THAT(query().columns, ElementsAre(kTop1));
  EXPECT_THAT(query({.filters = {"loss/nll<1"}}).columns, ElementsAre(kTop1, "loss/nll"));
}

TEST_F(LeaderboardTest, SaysWhatAFilterOrSortKeyMayHaveMeant) {
  add(test::eval_record(1, "vit_test", 0.95));
  const auto user_error = [](const char* text) {
    return ThrowsError(ErrorKind::kUser, HasSubstr(text));
  };

  EXPECT_THAT([&] { query({.sort = "acuracy/top1"}); }, user_error("did you mean accuracy/top1?"));
  EXPECT_THAT([&] { query({.filters = {"modl=x"}}); }, user_error("did you mean model?"));
  EXPECT_THAT([&] { query({.filters = {"accuracy/top2>1"}}); },
              user_error("did you mean accuracy/top1?"));
  EXPECT_THAT([&] { query({.filters = {"model=vit_tset"}}); },
              user_error("did you mean vit_test?"));
  EXPECT_THAT([&] { query({.filters = {"device=quantum*"}}); }, user_error("there is cpu"));
  EXPECT_THAT([&] { query({.filters = {"accuracy/top1>0.99"}}); },
              user_error("its values go from 95.00 % to 95.00 %"));
  EXPECT_THAT([&] { query({.filters = {"accuracy/top1>high"}}); }, user_error("no number"));
  EXPECT_THAT([&] { query({.filters = {"model>vit"}}); }, user_error("use = or !="));
  EXPECT_THAT([&] { query({.filters = {"vit_test"}}); }, user_error("cannot understand"));
  EXPECT_THAT([&] { query({.filters = {"model="}}); }, user_error("cannot understand"));
}

TEST_F(LeaderboardTest, SortsByTheFirstColumnWhereTheDefaultIsNotMeasured) {
  add(test::bench_record(1, "vit_test", 1, 100, 0.01));

  const Leaderboard board = query();

  EXPECT_EQ(board.query.sort, kThroughput);
  EXPECT_EQ(board.rows[0].rank, 1);
}

TEST_F(LeaderboardTest, ShowsAPlugInsMeasurementsBesideTheKnownOnes) {
  RunRecord record = test::eval_record(1, "vit_test", 0.95);
  record.measurements.push_back(
      test::measured("robustness/blur", 0.8, Unit::kFraction, Direction::kHigherIsBetter));
  add(record);

  EXPECT_THAT(query().columns, ElementsAre(kTop1, "robustness/blur"));
  EXPECT_THAT(models({.sort = "robustness/blur"}), ElementsAre("vit_test"));
}

TEST_F(LeaderboardTest, SaysWhyThereIsNothingToRank) {
  EXPECT_THAT([&] { query(); }, ThrowsError(ErrorKind::kUser, HasSubstr("holds no run yet")));

  RunRecord record = test::eval_record(1, "vit_test", 0.95);
  record.on_leaderboard = false;
  add(record);
  record.id = test::sample_id(2);
  record.status = RunStatus::kFailed;
  add(record);

  EXPECT_THAT([&] { query(); },
              ThrowsError(ErrorKind::kUser, AllOf(HasSubstr("1 failed"), HasSubstr("1 kept off"),
                                                  HasSubstr("--all"))));
}

}  // namespace
}  // namespace yardstick
