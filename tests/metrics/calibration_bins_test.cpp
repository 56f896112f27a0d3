#include "metrics/classification/calibration_bins.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace yardstick {
namespace {

TEST(CalibrationBinsTest, EqualsHandComputedErrors) {
  CalibrationBins bins;
  bins.add(0.9, true);
  bins.add(0.9, false);
  bins.add(0.5, true);
  bins.add(0.5, true);

  // Gaps 0.4 and 0.5 with a share of one half each.
  EXPECT_DOUBLE_EQ(bins.expected_error(), 0.45);
  EXPECT_DOUBLE_EQ(bins.maximum_error(), 0.5);
  EXPECT_DOUBLE_EQ(bins.rms_error(), std::sqrt((0.16 + 0.25) / 2));
}

TEST(CalibrationBinsTest, HoldsItsUpperEdge) {
  for (int edge = 1; edge < 15; ++edge) {
    CalibrationBins same;
    same.add(edge / 15.0, true);
    same.add(std::nextafter(edge / 15.0, 0.0), false);
    CalibrationBins different;
    different.add(edge / 15.0, true);
    different.add(std::nextafter(edge / 15.0, 1.0), false);

    EXPECT_NEAR(same.expected_error(), std::abs(0.5 - edge / 15.0), 1e-12) << edge;
    EXPECT_NEAR(different.expected_error(), 0.5, 1e-12) << edge;
  }
}

TEST(CalibrationBinsTest, PutsFullConfidenceIntoTheLastBin) {
  CalibrationBins bins;
  bins.add(1.0, true);
  bins.add(0.95, false);

  EXPECT_NEAR(bins.expected_error(), std::abs(0.5 - 0.975), 1e-12);
}

TEST(CalibrationBinsTest, MergesAsIfAddedToOne) {
  CalibrationBins left;
  left.add(0.3, true);
  CalibrationBins right;
  right.add(0.3, false);
  right.add(0.8, true);

  left.merge(right);

  EXPECT_EQ(left.samples(), 3);
  EXPECT_DOUBLE_EQ(left.expected_error(), (0.4 + 0.2) / 3);
}

TEST(CalibrationBinsTest, IntervalHoldsTheEstimateAndStaysInRange) {
  CalibrationBins bins;
  bins.add(0.99, false);
  const Interval one = bins.expected_error_interval();

  EXPECT_GE(one.low, 0);
  EXPECT_LE(one.low, bins.expected_error());
  EXPECT_GE(one.high, bins.expected_error());
  EXPECT_LE(one.high, 1);
}

// A perfectly calibrated model has no error, though every estimate of it is positive.
TEST(CalibrationBinsTest, IntervalCoversThePerfectlyCalibratedModel) {
  std::mt19937_64 generator(11);
  std::uniform_real_distribution<double> uniform(0.01, 1.0);
  int covered = 0;
  for (int trial = 0; trial < 500; ++trial) {
    CalibrationBins bins;
    for (int sample = 0; sample < 1000; ++sample) {
      const double confidence = uniform(generator);
      bins.add(confidence, uniform(generator) < confidence);
    }
    covered += bins.expected_error_interval().low == 0;
  }

  EXPECT_GE(covered, 475);
}

// A gap of 0.2 everywhere is far from 0, so that the interval is the normal one.
TEST(CalibrationBinsTest, IntervalIsThatOfAMeanWhereEveryGapIsClear) {
  CalibrationBins bins;
  for (int sample = 0; sample < 10'000; ++sample) bins.add(0.9, sample % 10 < 7);
  const double deviation = std::sqrt((0.7 * 0.01 + 0.3 * 0.81 - 0.04) / 10'000);

  const Interval interval = bins.expected_error_interval();

  EXPECT_NEAR(interval.low, 0.2 - 1.959964 * deviation, 1e-9);
  EXPECT_NEAR(interval.high, 0.2 + 1.959964 * deviation, 1e-9);
}

}  // namespace
}  // namespace yardstick
