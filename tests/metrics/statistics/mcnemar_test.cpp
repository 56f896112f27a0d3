#include "metrics/statistics/mcnemar.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <stdexcept>

namespace yardstick {
namespace {

// Airway hyper-responsiveness (Bentur et al. 2009), 1 and 7 of 21 pairs discordant; values from
// Fagerland, Lydersen & Laake (2013 and 2014).
TEST(McnemarTest, EqualsPublishedValues) {
  EXPECT_NEAR(mcnemar_exact_p(1, 7), 0.0703, 5e-5);
  EXPECT_NEAR(mcnemar_mid_p(1, 7), 0.0391, 5e-5);
  EXPECT_NEAR(paired_accuracy_difference(1, 7, 21).difference, -0.286, 5e-4);
  EXPECT_NEAR(paired_accuracy_difference(1, 7, 21).interval.low, -0.517, 5e-4);
  EXPECT_NEAR(paired_accuracy_difference(1, 7, 21).interval.high, -0.026, 5e-4);
}

TEST(McnemarTest, IsTheSameForEitherOrder) {
  EXPECT_EQ(mcnemar_exact_p(1, 7), mcnemar_exact_p(7, 1));
  EXPECT_EQ(mcnemar_mid_p(12, 30), mcnemar_mid_p(30, 12));
}

TEST(McnemarTest, IsTheTossOfACoin) {
  EXPECT_DOUBLE_EQ(mcnemar_exact_p(0, 5), 2.0 / 32);
  EXPECT_DOUBLE_EQ(mcnemar_mid_p(0, 5), 1.0 / 32);
  EXPECT_DOUBLE_EQ(mcnemar_exact_p(1, 4), 2 * 6.0 / 32);
}

TEST(McnemarTest, OnePairOrNoneOrEvenOnesSayNothing) {
  EXPECT_EQ(mcnemar_exact_p(0, 0), 1);
  EXPECT_EQ(mcnemar_mid_p(0, 0), 1);
  EXPECT_EQ(mcnemar_exact_p(1, 0), 1);
  EXPECT_EQ(mcnemar_exact_p(40, 40), 1);
  EXPECT_EQ(mcnemar_mid_p(40, 40), 1);
}

TEST(McnemarTest, MeetsTheNormalApproximationOfManyPairs) {
  // (b - c) / sqrt(b + c) = 2.5
  EXPECT_NEAR(mcnemar_mid_p(5125, 4875), std::erfc(2.5 / std::sqrt(2.0)), 1e-5);
}

TEST(McnemarTest, RefusesNegativeCounts) {
  EXPECT_THROW(mcnemar_exact_p(-1, 2), std::logic_error);
  EXPECT_THROW(mcnemar_mid_p(1, -2), std::logic_error);
}

TEST(PairedAccuracyDifferenceTest, LeavesOutZeroExactlyWhereMcnemarRejects) {
  // z is 12 / sqrt(36) = 2, then 11 / sqrt(37) = 1.81.
  EXPECT_GT(paired_accuracy_difference(24, 12, 1000).interval.low, 0);
  EXPECT_LT(paired_accuracy_difference(24, 13, 1000).interval.low, 0);
  EXPECT_LT(paired_accuracy_difference(12, 24, 1000).interval.high, 0);
}

TEST(PairedAccuracyDifferenceTest, TurnsOverWithTheModels) {
  const PairedDifference there = paired_accuracy_difference(30, 12, 200);
  const PairedDifference back = paired_accuracy_difference(12, 30, 200);

  EXPECT_DOUBLE_EQ(there.difference, -back.difference);
  EXPECT_NEAR(there.interval.low, -back.interval.high, 1e-12);
  EXPECT_NEAR(there.interval.high, -back.interval.low, 1e-12);
}

TEST(PairedAccuracyDifferenceTest, SaysSomethingWithoutDiscordantSamples) {
  const PairedDifference none = paired_accuracy_difference(0, 0, 100);

  // z^2 / (n + z^2), as Wilson's interval of 0 of 100.
  EXPECT_NEAR(none.interval.high, 0.03699, 1e-5);
  EXPECT_NEAR(none.interval.low, -0.03699, 1e-5);
}

TEST(PairedAccuracyDifferenceTest, StaysBetweenMinusOneAndOne) {
  EXPECT_EQ(paired_accuracy_difference(5, 0, 5).interval.high, 1);
  EXPECT_GT(paired_accuracy_difference(5, 0, 5).interval.low, 0);
  EXPECT_EQ(paired_accuracy_difference(0, 1, 1).interval.low, -1);
}

TEST(PairedAccuracyDifferenceTest, CoversTheTruthAboutAsOftenAsItSays) {
  std::mt19937_64 generator(17);
  std::uniform_real_distribution<double> uniform;
  int covered = 0;
  for (int trial = 0; trial < 1000; ++trial) {
    int first = 0;
    int second = 0;
    for (int sample = 0; sample < 150; ++sample) {
      const double draw = uniform(generator);
      first += draw < 0.08;
      second += draw > 0.95;
    }
    const Interval interval = paired_accuracy_difference(first, second, 150).interval;
    covered += interval.low <= 0.03 && 0.03 <= interval.high;
  }

  EXPECT_NEAR(covered / 1000.0, 0.95, 0.03);
}

TEST(PairedAccuracyDifferenceTest, RefusesImpossibleCounts) {
  EXPECT_THROW(paired_accuracy_difference(0, 0, 0), std::logic_error);
  EXPECT_THROW(paired_accuracy_difference(3, 3, 5), std::logic_error);
  EXPECT_THROW(paired_accuracy_difference(-1, 3, 5), std::logic_error);
  EXPECT_THROW(paired_accuracy_difference(1, 3, 5, 0), std::logic_error);
}

}  // namespace
}  // namespace yardstick
