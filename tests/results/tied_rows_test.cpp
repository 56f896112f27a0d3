#include "results/tied_rows.h"

#include "tests/results/sample_records.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace yardstick {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using Group = std::vector<std::size_t>;

class TiedRowsTest : public testing::Test {
 protected:
  // A model that is wrong on samples [first, last) of 1000.
  void add_wrong_on(const std::string& model, int first, int last, double half_width = 0.015) {
    RunRecord record = test::eval_record(++number_, model, 1 - (last - first) / 1000.0);
    record.provenance["checkpoint_sha256"] = test::sample_id(number_);
    Outcomes outcomes;
    for (int i = 0; i < 1000; ++i) {
      const bool is_wrong = i >= first && i < last;
      outcomes.index.push_back(i);
      outcomes.target.push_back(i % 10);
      outcomes.prediction.push_back(is_wrong ? (i + 1) % 10 : i % 10);
      outcomes.target_log_prob.push_back(-0.1F);
    }
    record.outcomes = std::move(outcomes);
    record.measurements[0].low = record.measurements[0].value - half_width;
    record.measurements[0].high = record.measurements[0].value + half_width;
    store_.append(record);
  }

  void add_speed(const std::string& model, double images_per_s) {
    store_.append(test::bench_record(++number_, model, 1, images_per_s, 1 / images_per_s));
  }

  TiedRows tied(const std::string& tag, bool with_outcomes = true) {
    const Leaderboard board = query_leaderboard(store_, {.sort = tag, .group = "none"});
    for (TiedRows& found : tied_rows(board, with_outcomes ? &store_ : nullptr)) {
      if (found.tag == tag) return found;
    }
    return {};
  }

  test::TempDir folder_;
  ResultStore store_{folder_.file("results.db"), ResultStore::Mode::kReadWrite};
  std::int64_t number_ = 0;
};

TEST_F(TiedRowsTest, OverlappingIntervalsTie) {
  add_speed("a", 100);
  add_speed("b", 99);  // the interval is 1 % to either side
  add_speed("c", 90);
  add_speed("d", 89.5);
  add_speed("e", 50);

  EXPECT_THAT(tied("throughput/inference/images").groups, ElementsAre(Group{0, 1}, Group{2, 3}));
}

TEST_F(TiedRowsTest, NoTwoRowsOfAGroupAreToldApart) {
  // b overlaps a and c, which are apart: c may not join.
  add_speed("a", 100);
  add_speed("b", 98.5);
  add_speed("c", 97);

  EXPECT_THAT(tied("throughput/inference/images").groups, ElementsAre(Group{0, 1}));
}

TEST_F(TiedRowsTest, LowerIsBetterTiesToo) {
  add_speed("a", 100);
  add_speed("b", 99);
  add_speed("c", 50);

  EXPECT_THAT(tied("latency/inference/median").groups, ElementsAre(Group{0, 1}));
}

TEST_F(TiedRowsTest, PairedOutcomesTellApartWhatOverlaps) {
  // Intervals of 1.5 points overlap, but the second is wrong wherever the first is, and 20 times
  // more.
  add_wrong_on("a", 0, 50);
  add_wrong_on("b", 0, 70);

  const TiedRows paired = tied("accuracy/top1");
  EXPECT_THAT(paired.groups, IsEmpty());
  ASSERT_THAT(paired.pairs, SizeIs(1));
  EXPECT_EQ(paired.pairs[0].samples, 1000);
  EXPECT_EQ(paired.pairs[0].only_first, 20);
  EXPECT_EQ(paired.pairs[0].only_second, 0);
  EXPECT_NEAR(paired.pairs[0].p, 2 * std::pow(0.5, 20), 1e-9);

  EXPECT_THAT(tied("accuracy/top1", /*with_outcomes=*/false).groups, ElementsAre(Group{0, 1}));
}

TEST_F(TiedRowsTest, PairedOutcomesTieWhatIntervalsWouldPart) {
  add_wrong_on("a", 0, 50, 0.001);
  add_wrong_on("b", 0, 54, 0.001);

  EXPECT_THAT(tied("accuracy/top1").groups, ElementsAre(Group{0, 1}));
  EXPECT_THAT(tied("accuracy/top1", /*with_outcomes=*/false).groups, IsEmpty());
}

TEST_F(TiedRowsTest, HolmCountsEveryPairOfTheContest) {
  for (int i = 0; i < 5; ++i) add_wrong_on("model" + std::to_string(i), 0, 50 + 7 * i);

  const TiedRows paired = tied("accuracy/top1");

  ASSERT_THAT(paired.pairs, SizeIs(10));
  const auto neighbours =
      std::find_if(paired.pairs.begin(), paired.pairs.end(),
                   [](const PairedRows& pair) { return pair.first == 0 && pair.second == 1; });
  ASSERT_NE(neighbours, paired.pairs.end());
  EXPECT_LT(neighbours->p, kTieLevel);           // 7 against 0: 0.0156
  EXPECT_GT(neighbours->adjusted_p, kTieLevel);  // of ten tests
  EXPECT_THAT(paired.groups, ElementsAre(Group{0, 1}, Group{2, 3}));
}

TEST_F(TiedRowsTest, OneModelInTwoRowsIsTestedOnce) {
  add_wrong_on("a", 0, 50);
  add_wrong_on("b", 0, 57);
  add_speed("a", 100);
  RunRecord other = test::bench_record(++number_, "a", 1, 50, 0.02);
  other.provenance["threads_intra"] = "8";
  store_.append(other);  // a has two rows

  const TiedRows paired = tied("accuracy/top1");

  ASSERT_THAT(paired.pairs, SizeIs(2));
  EXPECT_DOUBLE_EQ(paired.pairs[0].adjusted_p, paired.pairs[0].p);
}

TEST_F(TiedRowsTest, OtherSamplesAreNotPaired) {
  add_wrong_on("a", 0, 50);
  RunRecord record = test::eval_record(++number_, "b", 0.9);
  record.outcomes = Outcomes{{5, 6}, {1, 2}, {1, 0}, {-0.1F, -1}};
  record.measurements[0].value = 0.5;
  store_.append(record);

  EXPECT_THAT(tied("accuracy/top1").pairs, IsEmpty());
}

TEST_F(TiedRowsTest, OtherTasksAreOtherContests) {
  add_wrong_on("a", 0, 50);
  RunRecord record = test::eval_record(++number_, "b", 0.95);
  record.task = "letters";
  store_.append(record);

  EXPECT_THAT(tied("accuracy/top1").groups, IsEmpty());
}

}  // namespace
}  // namespace yardstick
