#include "metrics/statistics/ranks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace yardstick {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;

TEST(RankValuesTest, TiedValuesShareTheMeanOfTheirRanks) {
  const Ranking ranking = rank_values(std::vector<double>{7, 3, 7, 1, 7});

  // Ranks 1, 2 and three times (3 + 4 + 5) / 3.
  EXPECT_THAT(ranking.doubled, ElementsAre(8, 4, 8, 2, 8));
  EXPECT_EQ(ranking.tie_term, 24);
  EXPECT_TRUE(ranking.has_ties);
}

TEST(RankValuesTest, RanksInfinityLikeAnyValue) {
  const Ranking ranking = rank_values(std::vector<double>{INFINITY, 0, -INFINITY});

  EXPECT_THAT(ranking.doubled, ElementsAre(6, 4, 2));
  EXPECT_FALSE(ranking.has_ties);
}

TEST(RankValuesTest, RefusesNaNAndNothing) {
  EXPECT_THROW(rank_values(std::vector<double>{1, std::nan("")}), std::logic_error);
  EXPECT_THROW(rank_values({}), std::logic_error);
}

// Pairs of 0, 1, 1, 3: 1 (twice), 3, 2, 4 (twice).
TEST(DrawSumDistributionTest, CountsEveryDrawOnce) {
  const std::vector<std::int64_t> weights{0, 1, 1, 3};

  EXPECT_THAT(
      draw_sum_distribution(weights, 2),
      ElementsAre(0, DoubleEq(2 / 6.0), DoubleEq(1 / 6.0), DoubleEq(1 / 6.0), DoubleEq(2 / 6.0)));
}

TEST(DrawSumDistributionTest, DrawsNothingAndEverything) {
  const std::vector<std::int64_t> weights{2, 1};

  EXPECT_THAT(draw_sum_distribution(weights, 0), ElementsAre(1));
  EXPECT_THAT(draw_sum_distribution(weights, 2), ElementsAre(0, 0, 0, 1));
  EXPECT_THROW(draw_sum_distribution(weights, 3), std::logic_error);
}

TEST(CoinSumDistributionTest, CountsEverySubset) {
  EXPECT_THAT(coin_sum_distribution(std::vector<std::int64_t>{1, 2, 3}),
              ElementsAre(0.125, 0.125, 0.125, 0.25, 0.125, 0.125, 0.125));
  EXPECT_THROW(coin_sum_distribution(std::vector<std::int64_t>{-1}), std::logic_error);
}

TEST(ProbabilityBetweenTest, IsCutToTheDistribution) {
  const std::vector<double> distribution{0.25, 0.5, 0.25};

  EXPECT_EQ(probability_between(distribution, -3, 2), 0.75);
  EXPECT_EQ(probability_between(distribution, 2, 9), 0.25);
  EXPECT_EQ(probability_between(distribution, 2, 2), 0);
}

}  // namespace
}  // namespace yardstick
