#include "metrics/statistics/summary.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace yardstick {
namespace {

using Values = std::vector<double>;

TEST(SummariseTest, LeavesUndefinedFiguresOut) {
  const Summary one = summarise(Values{4});

  EXPECT_EQ(one.count, 1);
  EXPECT_EQ(one.mean, 4);
  EXPECT_EQ(one.mad, 0);
  EXPECT_EQ(one.p99, 4);
  EXPECT_TRUE(std::isnan(one.standard_deviation));
  EXPECT_TRUE(std::isnan(one.coefficient_of_variation));
  EXPECT_TRUE(std::isnan(summarise(Values{-1, 1}).coefficient_of_variation));
  EXPECT_TRUE(std::isnan(summarise(Values{0, 1}).geometric_mean));
}

TEST(SummariseTest, RefusesNoValuesAndNaN) {
  EXPECT_THROW(summarise({}), std::logic_error);
  EXPECT_THROW(summarise(Values{1, std::nan("")}), std::logic_error);
}

TEST(MedianAbsoluteDeviationTest, IgnoresAFarValue) {
  EXPECT_EQ(median_absolute_deviation(Values{1, 2, 3, 4, 1e9}), 1);
  EXPECT_EQ(median_absolute_deviation(Values{5, 5, 5, 9}), 0);
}

TEST(WelchTest, HasNoAnswerWithoutSpread) {
  EXPECT_FALSE(welch_test(Values{1}, Values{2, 3}));
  EXPECT_FALSE(welch_test(Values{1, 1}, Values{2, 2}));
  EXPECT_TRUE(welch_test(Values{1, 1}, Values{2, 3}));
  EXPECT_THROW(welch_test({}, Values{2, 3}), std::logic_error);
}

// Where only y spreads, its degrees of freedom are left: t = -2 with one is arctan's distribution.
TEST(WelchTest, CountsDegreesOfFreedom) {
  const auto test = welch_test(Values{0, 0}, Values{1, 3});

  ASSERT_TRUE(test);
  EXPECT_DOUBLE_EQ(test->t, -2);
  EXPECT_DOUBLE_EQ(test->degrees_of_freedom, 1);
  EXPECT_NEAR(test->p_two_sided, 1 - 2 * std::atan(2.0) / std::acos(-1.0), 1e-14);
}

TEST(KolmogorovSmirnovStatisticTest, IsTheLargestGapOfTheDistributions) {
  EXPECT_EQ(kolmogorov_smirnov_statistic(Values{1, 2}, Values{3, 4, 5}), 1);
  EXPECT_EQ(kolmogorov_smirnov_statistic(Values{1, 2, 3, 4}, Values{3, 4, 5, 6}), 0.5);
  EXPECT_EQ(kolmogorov_smirnov_statistic(Values{2, 2}, Values{2}), 0);
  EXPECT_THROW(kolmogorov_smirnov_statistic({}, Values{1}), std::logic_error);
}

}  // namespace
}  // namespace yardstick
