#include "metrics/statistics/interval.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <stdexcept>
#include <vector>

namespace yardstick {
namespace {

std::vector<double> one_to(int n) {
  std::vector<double> values(static_cast<std::size_t>(n));
  std::iota(values.begin(), values.end(), 1.0);
  return values;
}

TEST(MedianTest, IsTheMiddleValueOfAnOddCount) {
  EXPECT_EQ(median(std::vector<double>{9, 1, 5}), 5);
  EXPECT_EQ(median(std::vector<double>{7}), 7);
}

TEST(MedianTest, IsTheMeanOfTheTwoMiddleValuesOfAnEvenCount) {
  EXPECT_EQ(median(std::vector<double>{4, 1, 3, 2}), 2.5);
  EXPECT_EQ(median(std::vector<double>{1e308, 1.7e308}), 1.35e308);
}

TEST(MedianTest, RefusesNoValuesAndNaN) {
  EXPECT_THROW(median({}), std::logic_error);
  EXPECT_THROW(median(std::vector<double>{1, std::nan("")}), std::logic_error);
}

// Ranks from tables of the sign test: n = 10 takes 2 and 9 (97.9 %), n = 20 takes 6 and 15 (95.9
// %), n = 100 takes 40 and 61 (96.5 %).
TEST(MedianIntervalTest, TakesTheTabulatedRanks) {
  EXPECT_EQ(median_interval(one_to(6)).low, 1);
  EXPECT_EQ(median_interval(one_to(6)).high, 6);
  EXPECT_EQ(median_interval(one_to(10)).low, 2);
  EXPECT_EQ(median_interval(one_to(10)).high, 9);
  EXPECT_EQ(median_interval(one_to(20)).low, 6);
  EXPECT_EQ(median_interval(one_to(20)).high, 15);
  EXPECT_EQ(median_interval(one_to(100)).low, 40);
  EXPECT_EQ(median_interval(one_to(100)).high, 61);
}

// t of 2 degrees of freedom is 4.30265 at 97.5 %.
TEST(PredictionIntervalTest, IsStudentsAroundTheNextValue) {
  const Interval linear = prediction_interval(std::vector<double>{0, 1, 2});
  EXPECT_NEAR(linear.low, 1 - 4.30265 * std::sqrt(4.0 / 3), 1e-4);
  EXPECT_NEAR(linear.high, 1 + 4.30265 * std::sqrt(4.0 / 3), 1e-4);

  const double e = std::exp(1.0);
  const Interval of_positive = prediction_interval(std::vector<double>{1, e, e * e});
  EXPECT_NEAR(std::log(of_positive.low), linear.low, 1e-12);
  EXPECT_NEAR(std::log(of_positive.high), linear.high, 1e-12);
}

TEST(PredictionIntervalTest, HoldsTheNextValueAsOftenAsItSays) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> step(0, 0.05);
  int held = 0;
  constexpr int kTrials = 4000;
  for (int i = 0; i < kTrials; ++i) {
    std::vector<double> seen(5);
    for (double& value : seen) value = step(random);
    const Interval interval = prediction_interval(seen);
    const double next = step(random);
    held += next >= interval.low && next <= interval.high;
  }

  EXPECT_NEAR(static_cast<double>(held) / kTrials, 0.95, 0.012);  // 3.5 standard errors
}

TEST(PredictionIntervalTest, TakesTwoValues) {
  EXPECT_THROW(prediction_interval(std::vector<double>{1}), std::logic_error);
}

TEST(MedianIntervalTest, IsWiderAtAHigherConfidence) {
  EXPECT_EQ(median_interval(one_to(100), 0.99).low, 37);
  EXPECT_EQ(median_interval(one_to(100), 0.99).high, 64);
}

TEST(MedianIntervalTest, IsTheRangeOfTooFewValues) {
  EXPECT_EQ(median_interval(std::vector<double>{3, 1, 2}).low, 1);
  EXPECT_EQ(median_interval(std::vector<double>{3, 1, 2}).high, 3);
  EXPECT_EQ(median_interval(std::vector<double>{5}).low, 5);
  EXPECT_EQ(median_interval(std::vector<double>{5}).high, 5);
  EXPECT_EQ(median_interval(std::vector<double>{8, 5}).high, 8);
}

TEST(MedianIntervalTest, AgreesWithTheNormalApproximationOfManyValues) {
  const Interval interval = median_interval(one_to(1'000'000));

  EXPECT_NEAR(interval.low, 500'000.5 - 0.5 * 1.959964 * 1000, 2);
  EXPECT_NEAR(interval.high, 500'000.5 + 0.5 * 1.959964 * 1000, 2);
}

TEST(MedianIntervalTest, CoversTheMedianAsOftenAsItSays) {
  std::mt19937_64 generator(7);
  std::exponential_distribution<double> skewed(1.0);
  int covered = 0;
  for (int trial = 0; trial < 4000; ++trial) {
    std::vector<double> values(30);
    for (double& value : values) value = skewed(generator);
    const Interval interval = median_interval(values);
    covered += interval.low <= std::log(2.0) && std::log(2.0) <= interval.high;
  }

  // 30 values take ranks 10 and 21, exactly 95.72 %; 4 standard errors of 4000 trials are 1.3
  // points.
  EXPECT_NEAR(covered / 4000.0, 0.9572, 0.013);
}

TEST(MedianIntervalTest, RefusesAConfidenceOfOne) {
  EXPECT_THROW(median_interval(one_to(10), 1.0), std::logic_error);
}

// Newcombe (1998), table I, method 3.
TEST(WilsonIntervalTest, EqualsPublishedValues) {
  EXPECT_NEAR(wilson_interval(81, 263).low, 0.2553, 5e-5);
  EXPECT_NEAR(wilson_interval(81, 263).high, 0.3662, 5e-5);
  EXPECT_NEAR(wilson_interval(15, 148).low, 0.0624, 5e-5);
  EXPECT_NEAR(wilson_interval(15, 148).high, 0.1605, 5e-5);
  EXPECT_NEAR(wilson_interval(1, 29).low, 0.0061, 5e-5);
  EXPECT_NEAR(wilson_interval(1, 29).high, 0.1718, 5e-5);
}

TEST(WilsonIntervalTest, TouchesTheEndsExactly) {
  EXPECT_EQ(wilson_interval(0, 20).low, 0.0);
  EXPECT_NEAR(wilson_interval(0, 20).high, 0.1611, 5e-5);
  EXPECT_EQ(wilson_interval(20, 20).high, 1.0);
  EXPECT_NEAR(wilson_interval(20, 20).low, 0.8389, 5e-5);
}

TEST(WilsonIntervalTest, IsAThirdOfAPointOnImageNet) {
  const Interval interval = wilson_interval(42'000, 50'000);

  EXPECT_NEAR((interval.high - interval.low) / 2, 0.0032, 5e-5);
}

TEST(WilsonIntervalTest, RefusesImpossibleCounts) {
  EXPECT_THROW(wilson_interval(0, 0), std::logic_error);
  EXPECT_THROW(wilson_interval(3, 2), std::logic_error);
  EXPECT_THROW(wilson_interval(-1, 2), std::logic_error);
}

TEST(NormalIntervalTest, IsTwoStandardErrorsWide) {
  EXPECT_NEAR(normal_interval(5, 0.5).low, 5 - 0.979982, 1e-6);
  EXPECT_NEAR(normal_interval(5, 0.5).high, 5 + 0.979982, 1e-6);
  EXPECT_EQ(normal_interval(5, 0).low, 5);
  EXPECT_THROW(normal_interval(5, -1), std::logic_error);
}

TEST(QuantileTest, InterpolatesBetweenOrderStatistics) {
  const std::vector<double> values{40, 10, 30, 20};

  EXPECT_EQ(quantile(values, 0), 10);
  EXPECT_EQ(quantile(values, 1), 40);
  EXPECT_EQ(quantile(values, 0.5), 25);
  EXPECT_DOUBLE_EQ(quantile(values, 0.25), 17.5);
  EXPECT_DOUBLE_EQ(quantile(values, 0.9), 37);
  EXPECT_EQ(quantile(std::vector<double>{3}, 0.99), 3);
}

TEST(QuantileTest, RefusesAFractionOutsideZeroToOne) {
  EXPECT_THROW(quantile(one_to(4), 1.01), std::logic_error);
  EXPECT_THROW(quantile({}, 0.5), std::logic_error);
}

TEST(SamplesNeededForQuantileTest, EqualsTheProtocol) {
  EXPECT_EQ(samples_needed_for_quantile(0.9), 64);
  EXPECT_EQ(samples_needed_for_quantile(0.95), 130);
  EXPECT_EQ(samples_needed_for_quantile(0.99), 662);
  EXPECT_EQ(samples_needed_for_quantile(0.999), 6636);
}

TEST(SamplesNeededForQuantileTest, IsAtLeastTwo) {
  EXPECT_EQ(samples_needed_for_quantile(0.01, 0.5), 2);
}

// Values computed with 40 digits.
TEST(NormalQuantileTest, EqualsFortyDigitValues) {
  EXPECT_EQ(normal_quantile(0.5), 0);
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-14);
  EXPECT_NEAR(normal_quantile(0.25), -0.6744897501960817, 1e-14);
  EXPECT_NEAR(normal_quantile(0.001), -3.090232306167813, 1e-13);
  EXPECT_NEAR(normal_quantile(1e-20), -9.262340089798408, 1e-13);
}

TEST(NormalQuantileTest, RefusesTheEnds) {
  EXPECT_THROW(normal_quantile(0), std::logic_error);
  EXPECT_THROW(normal_quantile(1), std::logic_error);
  EXPECT_THROW(normal_quantile(std::numeric_limits<double>::quiet_NaN()), std::logic_error);
}

}  // namespace
}  // namespace yardstick
