#include "runners/comparison/comparison.h"

#include "runners/comparison/comparison_plan.h"
#include "runners/comparison/paired_outcomes.h"
#include "tests/support/throws_error.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <limits>
#include <map>

namespace yardstick {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

SideTimes side(std::string name, std::vector<double> medians_s) {
  return {std::move(name), std::move(medians_s)};
}

// Nine processes around `centre`, a spread of about 1 %.
std::vector<double> nine(double centre) {
  std::vector<double> medians;
  for (int i = -4; i <= 4; ++i) medians.push_back(centre * (1 + 0.003 * i));
  return medians;
}

TEST(InterleavedOrderTest, EverySideHasItsProcesses) {
  const auto order = interleaved_order(3, 9, 7);

  ASSERT_EQ(order.size(), 27u);
  for (std::size_t side = 0; side < 3; ++side) {
    EXPECT_EQ(std::count(order.begin(), order.end(), side), 9) << side;
  }
}

// All six orders of 2 + 2, also those that no rounds would give: the tests count on it.
TEST(InterleavedOrderTest, AnyOrderIsAsLikelyAsAnother) {
  std::map<std::vector<std::size_t>, int> seen;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) ++seen[interleaved_order(2, 2, seed)];

  EXPECT_EQ(seen.size(), 6u);
  for (const auto& [order, times] : seen) EXPECT_NEAR(times, 500, 82);  // 4 standard deviations
}

TEST(OrderInRoundsTest, EveryRoundHoldsEverySideOnce) {
  const auto order = order_in_rounds(3, 9, 7);

  ASSERT_EQ(order.size(), 27u);
  for (std::size_t block = 0; block < 9; ++block) {
    std::vector<std::size_t> sides(order.begin() + 3 * block, order.begin() + 3 * block + 3);
    std::sort(sides.begin(), sides.end());
    EXPECT_THAT(sides, ElementsAre(0u, 1u, 2u)) << "block " << block;
  }
}

TEST(InterleavedOrderTest, DependsOnTheSeedAlone) {
  EXPECT_EQ(interleaved_order(3, 9, 7), interleaved_order(3, 9, 7));
  EXPECT_NE(interleaved_order(3, 9, 7), interleaved_order(3, 9, 8));
  EXPECT_EQ(order_in_rounds(3, 9, 7), order_in_rounds(3, 9, 7));
  EXPECT_NE(order_in_rounds(3, 9, 7), order_in_rounds(3, 9, 8));
}

TEST(OrderInRoundsTest, NoSideIsAlwaysFirst) {
  const auto order = order_in_rounds(2, 100, 1);

  int first = 0;
  for (std::size_t i = 0; i < order.size(); i += 2) first += order[i] == 0 ? 1 : 0;
  EXPECT_GT(first, 30);
  EXPECT_LT(first, 70);
}

TEST(ComparisonProfileTest, ProcessesAreThoseOfTheProtocol) {
  EXPECT_EQ(comparison_profile("smoke").processes, 3);
  EXPECT_EQ(comparison_profile("nightly").processes, 5);
  EXPECT_EQ(comparison_profile("verdict").processes, 9);
  EXPECT_EQ(comparison_profile("publish").processes, 9);
  EXPECT_THAT([] { comparison_profile("verdit"); },
              test::ThrowsError(ErrorKind::kUser, HasSubstr("verdit")));
}

TEST(CompareSpeedTest, AHalvedTimeIsFasterByTwo) {
  const SpeedPair pair = compare_speed({side("a", nine(2)), side("b", nine(1))}, 0, 1, 0.05);

  EXPECT_EQ(pair.verdict, Verdict::kFaster);
  EXPECT_NEAR(pair.speed_ratio, 2, 0.01);
  EXPECT_GT(pair.interval.low, 1.9);
  EXPECT_LT(pair.interval.high, 2.1);
  EXPECT_NEAR(pair.p, 2.0 / 48620, 1e-12);  // of the 18 over 9 orders the two extreme ones
}

TEST(CompareSpeedTest, TheOtherWayRoundIsSlower) {
  const SpeedPair pair = compare_speed({side("a", nine(1)), side("b", nine(2))}, 0, 1, 0.05);

  EXPECT_EQ(pair.verdict, Verdict::kSlower);
  EXPECT_NEAR(pair.speed_ratio, 0.5, 0.005);
}

TEST(CompareSpeedTest, WithinTheNoiseItIsNotResolvedAndSaysWhatWouldHaveBeen) {
  const SpeedPair pair = compare_speed({side("a", nine(1)), side("b", nine(1.001))}, 0, 1, 0.05);

  EXPECT_EQ(pair.verdict, Verdict::kNotResolved);
  EXPECT_LT(pair.interval.low, 1);
  EXPECT_GT(pair.interval.high, 1);
  ASSERT_TRUE(pair.smallest_resolvable);
  EXPECT_GT(*pair.smallest_resolvable, 1.005);
  EXPECT_LT(*pair.smallest_resolvable, 1.03);
}

TEST(CompareSpeedTest, EqualTimesAreNotResolved) {
  const SpeedPair pair = compare_speed({side("a", {1, 1, 1}), side("b", {1, 1, 1})}, 0, 1, 0.10);

  EXPECT_EQ(pair.verdict, Verdict::kNotResolved);
  EXPECT_EQ(pair.p, 1);
}

TEST(CompareSpeedTest, ThreeProcessesResolveAtTenPercentOnly) {
  const std::vector<SideTimes> sides = {side("a", {2, 2.1, 2.2}), side("b", {1, 1.1, 1.2})};

  EXPECT_EQ(compare_speed(sides, 0, 1, 0.10).verdict, Verdict::kFaster);
  const SpeedPair strict = compare_speed(sides, 0, 1, 0.05);
  EXPECT_EQ(strict.verdict, Verdict::kNotResolved);
  EXPECT_EQ(*strict.smallest_resolvable, std::numeric_limits<double>::infinity());
  EXPECT_NEAR(strict.coverage, 0.9, 1e-12);
}

TEST(CompareSpeedsTest, TiedSidesShareALetter) {
  const SpeedComparison comparison =
      compare_speeds({side("a", nine(1)), side("b", nine(1.001)), side("c", nine(2))}, 0.05);

  ASSERT_EQ(comparison.pairs.size(), 3u);
  EXPECT_THAT(comparison.letters, ElementsAre("a", "a", "b"));
  for (const SpeedPair& pair : comparison.pairs) EXPECT_GE(pair.adjusted_p, pair.p);
}

TEST(CompareSpeedsTest, ASideThatNeverRanIsLeftOut) {
  const SpeedComparison comparison =
      compare_speeds({side("a", nine(1)), side("crashed", {}), side("c", nine(2))}, 0.05);

  ASSERT_EQ(comparison.pairs.size(), 1u);
  EXPECT_EQ(comparison.pairs[0].side, 2u);
  EXPECT_EQ(comparison.pairs[0].verdict, Verdict::kSlower);
  EXPECT_THAT(comparison.letters, ElementsAre("a", "", "b"));
}

Outcomes outcomes(std::vector<std::int64_t> index, std::vector<std::int32_t> target,
                  std::vector<std::int32_t> prediction) {
  return {std::move(index), std::move(target), std::move(prediction), {}};
}

TEST(PairOutcomesTest, CountsByPositionInTheData) {
  const Outcomes reference = outcomes({0, 1, 2, 3}, {5, 6, 7, 8}, {5, 6, 0, 0});
  const Outcomes side = outcomes({3, 2, 1, 9}, {8, 7, 6, 1}, {8, 0, 6, 1});

  const PairedOutcomes paired = pair_outcomes(reference, side);

  EXPECT_EQ(paired.samples, 3);
  EXPECT_EQ(paired.unpaired, 2);
  EXPECT_EQ(paired.both, 1);
  EXPECT_EQ(paired.only_side, 1);
  EXPECT_EQ(paired.only_reference, 0);
  EXPECT_NEAR(paired.difference.difference, 1.0 / 3, 1e-12);
  EXPECT_EQ(paired.p, 1);
}

TEST(PairOutcomesTest, OtherTargetsAreOtherData) {
  EXPECT_THAT([] { pair_outcomes(outcomes({4}, {1}, {1}), outcomes({4}, {2}, {2})); },
              test::ThrowsError(ErrorKind::kData, HasSubstr("sample 4")));
}

}  // namespace
}  // namespace yardstick
