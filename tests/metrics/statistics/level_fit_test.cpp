#include "metrics/statistics/level_fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>
#include <vector>

namespace yardstick {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Values = std::vector<double>;

// Times about 10 with normal noise of their logarithm and, from `changes_at` on, `factor` longer.
Values noisy_times(std::mt19937_64& generator, std::size_t count, double noise,
                   std::size_t changes_at = 0, double factor = 1) {
  std::normal_distribution<double> normal;
  Values times(count);
  for (std::size_t i = 0; i < count; ++i) {
    times[i] = 10 * std::exp(noise * normal(generator)) * (i >= changes_at ? factor : 1);
  }
  return times;
}

double share_with_change_points(std::size_t count, int trials) {
  std::mt19937_64 generator(365);
  int alarms = 0;
  for (int trial = 0; trial < trials; ++trial) {
    const Values times = noisy_times(generator, count, 0.02);
    // More changes than that cost more than noise can pay for.
    alarms += !fit_levels(times, {.max_change_points = 4}).change_points.empty();
  }
  return static_cast<double>(alarms) / trials;
}

TEST(FitLevelsTest, SeldomFindsChangesInNoise) {
  EXPECT_LE(share_with_change_points(365, 200), 0.02);
  EXPECT_LE(share_with_change_points(40, 1000), 0.015);
}

// 3 % in noise of 2 %, 1.5 standard deviations, over the last 25 of 100 samples.
TEST(FitLevelsTest, FindsAStepOfOneAndAHalfDeviations) {
  std::mt19937_64 generator(100);
  int found = 0;
  for (int trial = 0; trial < 200; ++trial) {
    const LevelFit fit = fit_levels(noisy_times(generator, 100, 0.02, 75, std::exp(0.03)));
    found += fit.change_points.size() == 1 && std::abs(double(fit.change_points[0]) - 75) <= 6;
  }

  EXPECT_GE(found / 200.0, 0.85);
}

TEST(FitLevelsTest, MeasuresTheLevelsAndTheNoise) {
  std::mt19937_64 generator(8);

  const LevelFit fit = fit_levels(noisy_times(generator, 200, 0.01, 120, 1.1));

  ASSERT_THAT(fit.change_points, ElementsAre(120));
  EXPECT_NEAR(fit.levels[0], 10, 0.04);
  EXPECT_NEAR(fit.levels[1], 11, 0.05);
  EXPECT_NEAR(fit.relative_noise, 0.01, 0.002);
}

TEST(FitLevelsTest, FindsEveryRegimeOfALongHistory) {
  std::mt19937_64 generator(20);
  Values times = noisy_times(generator, 300, 0.01, 60, 1.08);
  for (std::size_t i = 130; i < 137; ++i) times[i] *= 1.1;
  for (std::size_t i = 220; i < 300; ++i) times[i] *= 0.95;

  EXPECT_THAT(fit_levels(times).change_points, ElementsAre(60, 130, 137, 220));
}

TEST(FitLevelsTest, IsNotMisledByOutliers) {
  std::mt19937_64 generator(30);
  Values times = noisy_times(generator, 120, 0.01);
  times[20] *= 5;
  times[60] *= 1.5;
  times[61] *= 1.5;
  times[119] *= 0.3;

  EXPECT_THAT(fit_levels(times).change_points, IsEmpty());
}

TEST(FitLevelsTest, TakesNoRegimeShorterThanTheMinimum) {
  std::mt19937_64 generator(40);
  Values times = noisy_times(generator, 80, 0.01);
  for (std::size_t i = 40; i < 46; ++i) times[i] *= 1.3;

  EXPECT_THAT(fit_levels(times, {.minimum_segment = 6}).change_points, ElementsAre(40, 46));
  EXPECT_THAT(fit_levels(times, {.minimum_segment = 12}).change_points, IsEmpty());
}

// A large step is seen before it is a whole regime old, and then begins where it does.
TEST(FitLevelsTest, PlacesALargeNewStepWhereItBegins) {
  std::mt19937_64 generator(45);
  for (const std::size_t age : {3, 4, 5, 6}) {
    const Values times = noisy_times(generator, 60, 0.01, 60 - age, 1.2);
    const LevelFit fit = fit_levels(times);
    ASSERT_THAT(fit.change_points, ElementsAre(60 - age));
    EXPECT_NEAR(fit.levels[1], 12, 0.4);
  }
}

TEST(FitLevelsTest, DoesNotDependOnTheUnit) {
  std::mt19937_64 generator(50);
  const Values seconds = noisy_times(generator, 100, 0.02, 50, 1.06);
  Values nanoseconds = seconds;
  for (double& value : nanoseconds) value *= 1e9;

  EXPECT_EQ(fit_levels(seconds).change_points, fit_levels(nanoseconds).change_points);
  EXPECT_THAT(fit_levels(seconds).change_points, SizeIs(1));
}

TEST(FitLevelsTest, FitsSeriesWithoutNoise) {
  Values times(30, 7.0);
  EXPECT_THAT(fit_levels(times).change_points, IsEmpty());
  EXPECT_NEAR(fit_levels(times).levels[0], 7, 1e-12);
  EXPECT_EQ(fit_levels(times).relative_noise, 0);

  std::fill(times.begin() + 12, times.end(), 7.1);
  EXPECT_THAT(fit_levels(times).change_points, ElementsAre(12));
}

TEST(FitLevelsTest, HasOneLevelInAShortSeries) {
  EXPECT_THAT(fit_levels(Values{3}).levels, SizeIs(1));
  EXPECT_THAT(fit_levels(Values{1, 1, 1, 9, 9, 9}).change_points, IsEmpty());
  EXPECT_THAT(fit_levels(Values{1, 1, 9, 9}, {.minimum_segment = 2}).change_points, ElementsAre(2));
}

TEST(FitLevelsTest, RefusesWhatHasNoLogarithm) {
  EXPECT_THROW(fit_levels({}), std::logic_error);
  EXPECT_THROW(fit_levels(Values{1, 0}), std::logic_error);
  EXPECT_THROW(fit_levels(Values{1}, {.minimum_segment = 1}), std::logic_error);
  EXPECT_THROW(fit_levels(Values{1}, {.max_change_points = -1}), std::logic_error);
}

}  // namespace
}  // namespace yardstick
