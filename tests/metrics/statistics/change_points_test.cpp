#include "metrics/statistics/change_points.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace yardstick {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Values = std::vector<double>;

TEST(CusumTest, NamesTheFirstOfTheLargestSums) {
  const Cusum found = cusum(Values{1, 1, 3, 3, 1, 1, 3, 3});

  EXPECT_THAT(found.path, ElementsAre(0, -1, -2, -1, 0, -1, -2, -1, 0));
  EXPECT_EQ(found.index, 2u);
  EXPECT_EQ(found.max_abs, 2);
  EXPECT_EQ(found.range, 2);
}

TEST(CusumTest, NamesSomethingInEqualValues) { EXPECT_EQ(cusum(Values{5, 5, 5}).index, 1u); }

TEST(CusumTest, RefusesWhatCannotChange) {
  EXPECT_THROW(cusum(Values{1}), std::logic_error);
  EXPECT_THROW(cusum(Values{1, INFINITY}), std::logic_error);
}

TEST(EnergyChangePointsTest, ComputesTheStatisticByHand) {
  const EnergySplits found =
      energy_change_points(Values{0, 2, 10, 14}, {.minimum_segment = 2, .threshold = 0});

  // 2 * 2 / 4 * (2 * (10 + 14 + 8 + 12) / 4 - 2 - 4)
  ASSERT_THAT(found.steps, SizeIs(1));
  EXPECT_DOUBLE_EQ(found.steps[0].statistic, 16);
  EXPECT_THAT(found.change_points, ElementsAre(2));
}

TEST(EnergyChangePointsTest, SplitsDownToSingleValuesWhereAsked) {
  const EnergySplits found = energy_change_points(
      Values{1, 5, 9}, {.minimum_segment = 1, .threshold = 0.5, .max_change_points = 9});

  EXPECT_THAT(found.change_points, ElementsAre(1, 2));
}

TEST(EnergyChangePointsTest, StopsAtTheMostChangePoints) {
  const EnergySplits found = energy_change_points(
      Values{1, 1, 5, 5, 9, 9}, {.minimum_segment = 2, .threshold = 0.5, .max_change_points = 1});

  EXPECT_THAT(found.change_points, SizeIs(1));
  EXPECT_TRUE(found.steps.back().kept);
}

TEST(EnergyChangePointsTest, FindsNothingInTooShortSeries) {
  EXPECT_THAT(energy_change_points(Values{1, 9}).steps, IsEmpty());
  EXPECT_THAT(energy_change_points({}).change_points, IsEmpty());
  EXPECT_THROW(energy_change_points(Values{1, std::nan("")}), std::logic_error);
  EXPECT_THROW(energy_change_points(Values{1}, {.minimum_segment = 0}), std::logic_error);
}

}  // namespace
}  // namespace yardstick
