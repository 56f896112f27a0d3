#include "metrics/statistics/hodges_lehmann.h"

#include "metrics/statistics/mann_whitney.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>
#include <vector>

namespace yardstick {
namespace {

using Values = std::vector<double>;

// Times of processes: skewed, `factor` longer.
Values process_times(std::mt19937_64& generator, int count, double factor) {
  std::exponential_distribution<double> skewed(1);
  Values times(static_cast<std::size_t>(count));
  for (double& time : times) time = factor * std::exp(0.05 * skewed(generator));
  return times;
}

double share_covered(int processes, double factor, int trials) {
  std::mt19937_64 generator(99);
  int covered = 0;
  for (int trial = 0; trial < trials; ++trial) {
    const Values x = process_times(generator, processes, 1);
    const Values y = process_times(generator, processes, factor);
    const Interval interval = hodges_lehmann_ratio(x, y).interval;
    covered += interval.low <= factor && factor <= interval.high;
  }
  return static_cast<double>(covered) / trials;
}

TEST(HodgesLehmannShiftTest, IsTheMedianOfAllPairs) {
  const Shift shift = hodges_lehmann_shift(Values{1, 2, 4}, Values{10, 13});

  // 6, 8, 9, 9, 11, 12
  EXPECT_EQ(shift.estimate, 9);
}

// 9 + 9 values: d_18 to d_64, as in tables of the test.
TEST(HodgesLehmannShiftTest, TakesTheTabulatedRanks) {
  std::mt19937_64 generator(1);
  const Values x = process_times(generator, 9, 1);
  const Values y = process_times(generator, 9, 1.1);
  Values differences;
  for (const double from : x) {
    for (const double to : y) differences.push_back(to - from);
  }
  std::sort(differences.begin(), differences.end());

  const Shift shift = hodges_lehmann_shift(x, y);

  EXPECT_EQ(shift.rank, 18);
  EXPECT_EQ(shift.interval.low, differences[17]);
  EXPECT_EQ(shift.interval.high, differences[63]);
  EXPECT_NEAR(shift.coverage, 0.9600, 5e-5);
  EXPECT_TRUE(shift.reaches_confidence);
}

TEST(HodgesLehmannShiftTest, GivesTheWholeRangeOfTooFewValuesAndItsCoverage) {
  const Shift shift = hodges_lehmann_shift(Values{1, 2, 3}, Values{11, 13, 15});

  EXPECT_EQ(shift.interval.low, 8);
  EXPECT_EQ(shift.interval.high, 14);
  EXPECT_EQ(shift.rank, 0);
  EXPECT_NEAR(shift.coverage, 0.90, 1e-12);
  EXPECT_FALSE(shift.reaches_confidence);
  EXPECT_TRUE(hodges_lehmann_shift(Values{1, 2, 3}, Values{11, 13, 15}, 0.9).reaches_confidence);
}

TEST(HodgesLehmannShiftTest, OneValueASideCoversNothing) {
  const Shift shift = hodges_lehmann_shift(Values{1}, Values{3});

  EXPECT_EQ(shift.estimate, 2);
  EXPECT_EQ(shift.coverage, 0);
  EXPECT_FALSE(shift.reaches_confidence);
}

TEST(HodgesLehmannShiftTest, TakesTheNormalRanksOfManyValues) {
  std::mt19937_64 generator(4);
  const Values x = process_times(generator, 40, 1);
  const Values y = process_times(generator, 40, 1.2);

  const Shift shift = hodges_lehmann_shift(x, y);

  EXPECT_EQ(shift.rank, hodges_lehmann_shift_normal(x, y).rank);
  EXPECT_NEAR(shift.coverage, 0.95, 0.002);
  EXPECT_TRUE(shift.reaches_confidence);
}

TEST(HodgesLehmannShiftTest, LeavesOutZeroExactlyWhereTheTestRejects) {
  std::mt19937_64 generator(12);
  std::normal_distribution<double> normal;
  int rejected = 0;
  for (int trial = 0; trial < 300; ++trial) {
    Values x(9);
    Values y(7);
    for (double& value : x) value = normal(generator);
    for (double& value : y) value = normal(generator) + 1.5;

    const Interval interval = hodges_lehmann_shift(x, y).interval;
    const bool rejects = mann_whitney(x, y).p.two_sided <= 0.05;

    EXPECT_EQ(interval.low > 0 || interval.high < 0, rejects);
    rejected += rejects;
  }
  EXPECT_GT(rejected, 100);
  EXPECT_LT(rejected, 299);
}

TEST(HodgesLehmannRatioTest, IsTheFactorFromXToY) {
  const Shift ratio = hodges_lehmann_ratio(Values{1, 2, 4}, Values{3, 6, 12});

  EXPECT_NEAR(ratio.estimate, 3, 1e-12);
  EXPECT_NEAR(ratio.interval.low, 0.75, 1e-12);
  EXPECT_NEAR(ratio.interval.high, 12, 1e-12);
}

TEST(HodgesLehmannRatioTest, TurnsOverWithTheSides) {
  std::mt19937_64 generator(6);
  const Values x = process_times(generator, 9, 1);
  const Values y = process_times(generator, 8, 1.1);

  const Shift there = hodges_lehmann_ratio(x, y);
  const Shift back = hodges_lehmann_ratio(y, x);

  EXPECT_NEAR(there.estimate * back.estimate, 1, 1e-12);
  EXPECT_NEAR(there.interval.low * back.interval.high, 1, 1e-12);
}

// The share of intervals that hold the true factor, of skewed times; 4 standard errors allowed.
TEST(HodgesLehmannRatioTest, CoversTheTruthAsOftenAsItSays) {
  EXPECT_NEAR(share_covered(9, 1.05, 1200), 0.9600, 0.023);
  EXPECT_NEAR(share_covered(5, 1.05, 1200), 0.9683, 0.020);
  EXPECT_NEAR(share_covered(3, 1.05, 1200), 0.90, 0.035);
}

TEST(HodgesLehmannRatioTest, RefusesWhatHasNoLogarithm) {
  EXPECT_THROW(hodges_lehmann_ratio(Values{1, 0}, Values{1}), std::logic_error);
  EXPECT_THROW(hodges_lehmann_ratio(Values{1}, Values{INFINITY}), std::logic_error);
  EXPECT_THROW(hodges_lehmann_shift(Values{1}, Values{INFINITY}), std::logic_error);
  EXPECT_THROW(hodges_lehmann_shift({}, Values{1}), std::logic_error);
  EXPECT_THROW(hodges_lehmann_shift(Values{1}, Values{1}, 1), std::logic_error);
}

}  // namespace
}  // namespace yardstick
