#include "metrics/statistics/wilcoxon.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace yardstick {
namespace {

using Values = std::vector<double>;

TEST(SignedRankTest, RanksSizesAndDropsZeros) {
  const SignedRank test = signed_rank_test(Values{0, -1, 2, 2, 4});

  // Ranks 1, 2.5, 2.5, 4.
  EXPECT_EQ(test.w_plus, 9);
  EXPECT_EQ(test.w_minus, 1);
}

// Tables of the test: with n = 8, W = 3 has two-sided p 0.0391 and W = 4 0.0547.
TEST(SignedRankTest, HasTheTabulatedExactP) {
  EXPECT_NEAR(signed_rank_test(Values{1, 2, -3, 4, 5, 6, 7, 8}).p, 10.0 / 256, 1e-15);
  EXPECT_NEAR(signed_rank_test(Values{-1, 2, -3, 4, 5, 6, 7, 8}).p, 14.0 / 256, 1e-15);
  EXPECT_NEAR(signed_rank_test(Values{1, 2, 3, 4, 5}).p, 2.0 / 32, 1e-15);
}

TEST(SignedRankTest, CountsSignsOfTiedRanksExactly) {
  // All signs of three equal ranks: W is 0 with probability 1 / 8.
  EXPECT_NEAR(signed_rank_test(Values{2, 2, 2}).p, 0.25, 1e-15);
  EXPECT_EQ(signed_rank_test(Values{2, -2}).p, 1);
}

TEST(SignedRankTest, SaysNothingOfEqualPairs) {
  EXPECT_EQ(signed_rank_test(Values{0, 0}).p, 1);
  EXPECT_EQ(signed_rank_test(Values{0, 0}).p_normal, 1);
  EXPECT_EQ(signed_rank_test(Values{3}).p, 1);
}

TEST(SignedRankTest, TakesTheNormalApproximationOfManyPairs) {
  Values differences;
  for (int i = 1; i <= 100; ++i) differences.push_back(i % 3 == 0 ? -i : i);

  EXPECT_EQ(signed_rank_test(differences).p, signed_rank_test(differences).p_normal);
  EXPECT_LT(signed_rank_test(differences).p, 0.01);
}

TEST(SignedRankTest, RefusesNoValuesAndNaN) {
  EXPECT_THROW(signed_rank_test({}), std::logic_error);
  EXPECT_THROW(signed_rank_test(Values{std::nan("")}), std::logic_error);
}

TEST(WalshMedianTest, IsTheMedianOfAllAverages) {
  // 1, 2, 4, 3, 5, 7
  EXPECT_EQ(walsh_median(Values{1, 3, 7}), 3.5);
  EXPECT_EQ(walsh_median(Values{-2}), -2);
  EXPECT_THROW(walsh_median({}), std::logic_error);
}

}  // namespace
}  // namespace yardstick
