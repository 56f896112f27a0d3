#include "metrics/statistics/mann_whitney.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

namespace yardstick {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using Values = std::vector<double>;

Values normal_values(std::mt19937_64& generator, int count) {
  std::normal_distribution<double> normal(10, 1);
  Values values(static_cast<std::size_t>(count));
  std::generate(values.begin(), values.end(), [&] { return normal(generator); });
  return values;
}

TEST(MannWhitneyTest, CountsPairsAndHalfTheTies) {
  const MannWhitney test = mann_whitney(Values{1, 5, 5}, Values{5, 2});

  // 1 beats nothing, each 5 beats 2 and ties with 5.
  EXPECT_EQ(test.u_x, 3);
  EXPECT_EQ(test.u_y, 3);
  EXPECT_TRUE(test.has_ties);
}

TEST(MannWhitneyTest, SaysWhichMethodItTook) {
  const Values many(40, 1.0);
  Values others(40);
  std::iota(others.begin(), others.end(), 0.0);

  EXPECT_EQ(mann_whitney(Values{1, 2}, Values{3}).method, MannWhitneyMethod::kExact);
  EXPECT_EQ(mann_whitney(Values{1, 2}, Values{2}).method, MannWhitneyMethod::kExactTies);
  EXPECT_EQ(mann_whitney(many, others).method, MannWhitneyMethod::kNormalHalf);
  EXPECT_EQ(mann_whitney(many, others).p.two_sided,
            mann_whitney_normal(many, others, Continuity::kHalf).two_sided);
  EXPECT_EQ(mann_whitney(many, many).method, MannWhitneyMethod::kIndifferent);
}

TEST(MannWhitneyTest, EqualValuesAreNoDifference) {
  const MannWhitney test = mann_whitney(Values(6, 5.0), Values(3, 5.0));

  EXPECT_EQ(test.p.two_sided, 1);
  EXPECT_EQ(test.p.less, 1);
  EXPECT_EQ(test.p.greater, 1);
  EXPECT_EQ(mann_whitney_exact(Values(6, 5.0), Values(3, 5.0)).two_sided, 1);
}

TEST(MannWhitneyTest, OneValueASideResolvesNothing) {
  EXPECT_EQ(mann_whitney(Values{1}, Values{2}).p.two_sided, 1);
  EXPECT_EQ(mann_whitney(Values{1}, Values{2}).p.less, 0.5);
}

TEST(MannWhitneyTest, RefusesNoValuesAndNaN) {
  EXPECT_THROW(mann_whitney({}, Values{1}), std::logic_error);
  EXPECT_THROW(mann_whitney(Values{1}, Values{std::nan("")}), std::logic_error);
  EXPECT_THROW(mann_whitney_exact(Values(31, 1.0), Values(30, 2.0)), std::logic_error);
}

TEST(MannWhitneyTest, SwappingTheSidesSwapsTheTails) {
  const Values x{1, 4, 4, 6, 9};
  const Values y{2, 4, 7};

  const TailProbabilities there = mann_whitney_exact(x, y);
  const TailProbabilities back = mann_whitney_exact(y, x);

  EXPECT_NEAR(there.less, back.greater, 1e-15);
  EXPECT_NEAR(there.greater, back.less, 1e-15);
  EXPECT_NEAR(there.two_sided, back.two_sided, 1e-15);
}

// Every way to call `n` of the values x, counted one by one.
TailProbabilities by_enumeration(const Values& x, const Values& y) {
  Values all = x;
  all.insert(all.end(), y.begin(), y.end());
  const double observed = mann_whitney_u(x, y);
  std::vector<bool> is_x(all.size(), false);
  std::fill(is_x.end() - static_cast<std::ptrdiff_t>(x.size()), is_x.end(), true);
  double ways = 0;
  double less = 0;
  double greater = 0;
  do {
    Values a;
    Values b;
    for (std::size_t i = 0; i < all.size(); ++i) (is_x[i] ? a : b).push_back(all[i]);
    const double u = mann_whitney_u(a, b);
    ++ways;
    less += u <= observed;
    greater += u >= observed;
  } while (std::next_permutation(is_x.begin(), is_x.end()));
  return {std::min(1.0, 2 * std::min(less, greater) / ways), less / ways, greater / ways};
}

TEST(MannWhitneyExactTest, EqualsTheEnumerationOfAllAssignments) {
  std::mt19937_64 generator(3);
  std::uniform_int_distribution<int> few_values(0, 6);
  for (const auto& [n, m] : {std::pair{4, 5}, {5, 3}, {1, 6}, {6, 1}}) {
    Values x(static_cast<std::size_t>(n));
    Values y(static_cast<std::size_t>(m));
    for (double& value : x) value = few_values(generator);
    for (double& value : y) value = few_values(generator);

    const TailProbabilities found = mann_whitney_exact(x, y);
    const TailProbabilities expected = by_enumeration(x, y);

    EXPECT_NEAR(found.two_sided, expected.two_sided, 1e-14) << n << " + " << m;
    EXPECT_NEAR(found.less, expected.less, 1e-14);
    EXPECT_NEAR(found.greater, expected.greater, 1e-14);
  }
}

TEST(MannWhitneyExactTest, MeetsTheNormalApproximationInLargeTiedSamples) {
  std::mt19937_64 generator(11);
  std::uniform_int_distribution<int> few_values(0, 9);
  Values x(30);
  Values y(30);
  for (double& value : x) value = few_values(generator);
  for (double& value : y) value = few_values(generator) + 1;

  EXPECT_NEAR(mann_whitney_exact(x, y).less, mann_whitney_normal(x, y, Continuity::kHalf).less,
              2e-3);
}

// Tables of the test (Mann & Whitney 1947): 3 + 3 values, 20 assignments.
TEST(MannWhitneyDistributionTest, EqualsTheTable) {
  EXPECT_THAT(mann_whitney_distribution(3, 3),
              ElementsAre(DoubleNear(0.05, 1e-15), DoubleNear(0.05, 1e-15), DoubleNear(0.10, 1e-15),
                          DoubleNear(0.15, 1e-15), DoubleNear(0.15, 1e-15), DoubleNear(0.15, 1e-15),
                          DoubleNear(0.15, 1e-15), DoubleNear(0.10, 1e-15), DoubleNear(0.05, 1e-15),
                          DoubleNear(0.05, 1e-15)));
}

TEST(MannWhitneyDistributionTest, KeepsTheDigitsOfTheSmallestProbability) {
  const std::vector<double> distribution = mann_whitney_distribution(30, 30);

  // 1 / binomial(60, 30)
  EXPECT_NEAR(distribution.front() * 118264581564861424.0, 1, 1e-13);
  EXPECT_NEAR(std::accumulate(distribution.begin(), distribution.end(), 0.0), 1, 1e-13);
  EXPECT_THROW(mann_whitney_distribution(31, 30), std::logic_error);
  EXPECT_THROW(mann_whitney_distribution(0, 3), std::logic_error);
}

// Published critical values of the two-sided test.
TEST(MannWhitneyCriticalUTest, EqualsPublishedTables) {
  EXPECT_EQ(mann_whitney_critical_u(9, 9, 0.05), 17);
  EXPECT_EQ(mann_whitney_critical_u(9, 9, 0.01), 11);
  EXPECT_EQ(mann_whitney_critical_u(5, 5, 0.05), 2);
  EXPECT_EQ(mann_whitney_critical_u(20, 20, 0.05), 127);
  EXPECT_EQ(mann_whitney_critical_u(8, 12, 0.05), 22);
}

TEST(MannWhitneyCriticalUTest, SaysWhereNoSampleIsEnough) {
  EXPECT_EQ(mann_whitney_critical_u(3, 3, 0.05), std::nullopt);
  EXPECT_EQ(mann_whitney_critical_u(3, 3, 1 - 0.9), 0);
  EXPECT_THROW(mann_whitney_critical_u(3, 3, 0), std::logic_error);
}

// Identical work on both sides: the test may not find differences more often than it says. 9 + 9
// values attain 4.0 % at 5 %; 4 standard errors of 1200 trials are 2.3 points.
TEST(MannWhitneyTest, KeepsItsLevelInAnAATest) {
  std::mt19937_64 generator(2024);
  int found = 0;
  for (int trial = 0; trial < 1200; ++trial) {
    const Values x = normal_values(generator, 9);
    const Values y = normal_values(generator, 9);
    found += mann_whitney(x, y).p.two_sided <= 0.05;
  }

  EXPECT_NEAR(found / 1200.0, 0.040, 0.023);
}

// Clocks are coarse: with many ties the exact test still keeps its level.
TEST(MannWhitneyTest, KeepsItsLevelWithTies) {
  std::mt19937_64 generator(2025);
  std::uniform_int_distribution<int> coarse(0, 3);
  int found = 0;
  for (int trial = 0; trial < 1200; ++trial) {
    Values x(9);
    Values y(9);
    for (double& value : x) value = coarse(generator);
    for (double& value : y) value = coarse(generator);
    found += mann_whitney(x, y).p.two_sided <= 0.05;
  }

  EXPECT_LE(found / 1200.0, 0.05 + 0.025);
  EXPECT_GT(found, 20);
}

TEST(CliffsDeltaTest, GoesFromMinusOneToOne) {
  EXPECT_EQ(cliffs_delta(Values{1, 2}, Values{3, 4, 5}), -1);
  EXPECT_EQ(cliffs_delta(Values{3, 4, 5}, Values{1, 2}), 1);
  EXPECT_EQ(cliffs_delta(Values{1, 1}, Values{1}), 0);
}

}  // namespace
}  // namespace yardstick
