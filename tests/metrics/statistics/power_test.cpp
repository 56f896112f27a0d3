#include "metrics/statistics/power.h"

#include "metrics/statistics/mann_whitney.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <stdexcept>
#include <vector>

namespace yardstick {
namespace {

using Values = std::vector<double>;

// How often the two-sided test finds `shift` between normal samples.
double simulated_power(int n, int m, double alpha, double shift, int trials) {
  std::mt19937_64 generator(31);
  std::normal_distribution<double> normal;
  int found = 0;
  for (int trial = 0; trial < trials; ++trial) {
    Values x(static_cast<std::size_t>(n));
    Values y(static_cast<std::size_t>(m));
    for (double& value : x) value = normal(generator);
    for (double& value : y) value = normal(generator) + shift;
    found += mann_whitney(x, y).p.two_sided <= alpha;
  }
  return static_cast<double>(found) / trials;
}

struct Comparison {
  int n;
  int m;
  double alpha;
  double power;
};

class SmallestDetectableShiftPowerTest : public testing::TestWithParam<Comparison> {};

// 4 standard errors of 800 trials are 5.7 points at 80 % and 7 at 50 %; 1 % of the shift, another.
TEST_P(SmallestDetectableShiftPowerTest, IsFoundAsOftenAsItSays) {
  const auto [n, m, alpha, power] = GetParam();

  const double shift = smallest_detectable_shift(n, m, alpha, power);

  EXPECT_NEAR(simulated_power(n, m, alpha, shift, 800), power, 0.08);
}

INSTANTIATE_TEST_SUITE_P(Comparisons, SmallestDetectableShiftPowerTest,
                         testing::Values(Comparison{9, 9, 0.05, 0.8}, Comparison{9, 9, 0.002, 0.8},
                                         Comparison{9, 9, 0.05, 0.5}, Comparison{5, 5, 0.05, 0.8},
                                         Comparison{5, 9, 0.05, 0.8},
                                         Comparison{50, 40, 0.05, 0.8}));

// The played and the approximate shift meet where one takes over from the other.
TEST(SmallestDetectableShiftTest, HasNoJumpBetweenItsMethods) {
  EXPECT_NEAR(smallest_detectable_shift(30, 30, 0.05) / smallest_detectable_shift(31, 30, 0.05), 1,
              0.05);
}

TEST(SmallestDetectableShiftTest, IsInfiniteWhereNothingIsEverResolved) {
  EXPECT_TRUE(std::isinf(smallest_detectable_shift(3, 3, 0.05)));
  EXPECT_TRUE(std::isfinite(smallest_detectable_shift(4, 4, 0.05)));
  EXPECT_TRUE(std::isinf(smallest_detectable_ratio(3, 3, 0.05, 0)));
}

TEST(SmallestDetectableShiftTest, RefusesImpossibleQuestions) {
  EXPECT_THROW(smallest_detectable_shift(0, 3, 0.05), std::logic_error);
  EXPECT_THROW(smallest_detectable_shift(3, 3, 0), std::logic_error);
  EXPECT_THROW(smallest_detectable_shift(3, 3, 0.05, 0.05), std::logic_error);
  EXPECT_THROW(smallest_detectable_shift(3, 3, 0.05, 1), std::logic_error);
}

TEST(SmallestDetectableRatioTest, GrowsWithTheSpread) {
  const double shift = smallest_detectable_shift(9, 9, 0.05);

  EXPECT_DOUBLE_EQ(smallest_detectable_ratio(9, 9, 0.05, 0.02), std::exp(0.02 * shift));
  EXPECT_EQ(smallest_detectable_ratio(9, 9, 0.05, 0), 1);
  EXPECT_THROW(smallest_detectable_ratio(9, 9, 0.05, -1), std::logic_error);
}

TEST(PooledRelativeSpreadTest, LeavesOutTheDifferenceOfTheSides) {
  const double e = std::exp(1.0);

  // Log values 0, 2 and 10, 12: squared deviations 2 + 2, two degrees of freedom.
  EXPECT_NEAR(pooled_relative_spread(Values{1, e * e}, Values{std::exp(10.0), std::exp(12.0)}),
              std::sqrt(2.0), 1e-12);
  EXPECT_EQ(pooled_relative_spread(Values{3, 3}, Values{7}), 0);
  EXPECT_THROW(pooled_relative_spread(Values{3}, Values{7}), std::logic_error);
  EXPECT_THROW(pooled_relative_spread(Values{3, -1}, Values{7}), std::logic_error);
}

}  // namespace
}  // namespace yardstick
