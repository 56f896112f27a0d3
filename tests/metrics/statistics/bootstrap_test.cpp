#include "metrics/statistics/bootstrap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <stdexcept>
#include <vector>

namespace yardstick {
namespace {

using Values = std::vector<double>;
using Clusters = std::vector<std::vector<double>>;

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double width(const Interval& interval) { return interval.high - interval.low; }

TEST(ResamplingGeneratorTest, ReachesEveryIndexAboutAsOften) {
  ResamplingGenerator generator(7);
  std::vector<int> drawn(10, 0);
  for (int i = 0; i < 10'000; ++i) ++drawn[generator.index(10)];

  // 5 standard deviations of a count.
  for (const int count : drawn) EXPECT_NEAR(count, 1000, 150);
}

TEST(ResamplingGeneratorTest, DrawsUniformlyInsideZeroAndOne) {
  ResamplingGenerator generator(8);
  Values drawn(10'000);
  std::generate(drawn.begin(), drawn.end(), [&] { return generator.uniform(); });

  EXPECT_NEAR(mean(drawn), 0.5, 0.015);
  EXPECT_NEAR(quantile(drawn, 0.1), 0.1, 0.015);
  EXPECT_GT(*std::min_element(drawn.begin(), drawn.end()), 0);
  EXPECT_LT(*std::max_element(drawn.begin(), drawn.end()), 1);
}

TEST(ResamplingGeneratorTest, RefusesNoIndex) {
  EXPECT_THROW(ResamplingGenerator(1).index(0), std::logic_error);
}

TEST(BootstrapTest, RepeatsItselfFromOneSeed) {
  const Values values{1, 5, 2, 8};

  EXPECT_EQ(bootstrap(values, mean, {.resamples = 50, .seed = 3}),
            bootstrap(values, mean, {.resamples = 50, .seed = 3}));
  EXPECT_NE(bootstrap(values, mean, {.resamples = 50, .seed = 3}),
            bootstrap(values, mean, {.resamples = 50, .seed = 4}));
}

// The spread of a mean is known: s / sqrt(n).
TEST(BootstrapTest, FindsTheStandardErrorOfAMean) {
  std::mt19937_64 generator(5);
  std::normal_distribution<double> normal(10, 2);
  Values values(100);
  for (double& value : values) value = normal(generator);

  const Values found = bootstrap(values, mean);

  EXPECT_NEAR(width(percentile_interval(found)), 2 * 1.96 * 2 / 10, 0.12);
  EXPECT_NEAR(mean(found), mean(values), 0.03);
}

TEST(BootstrapTest, RefusesNothingToDraw) {
  EXPECT_THROW(bootstrap(Values{}, mean), std::logic_error);
  EXPECT_THROW(bootstrap(Clusters{}, mean), std::logic_error);
  EXPECT_THROW(bootstrap(Clusters{{1}, {}}, mean), std::logic_error);
  EXPECT_THROW(bootstrap(Values{1}, mean, {.resamples = 0}), std::logic_error);
  EXPECT_THROW(percentile_interval(Values{1}, 1), std::logic_error);
}

TEST(ClusteredBootstrapTest, DrawsClustersWhole) {
  const Clusters clusters{{1, 1, 1}, {2}};

  bootstrap(clusters, [](std::span<const double> sample) {
    EXPECT_EQ(std::count(sample.begin(), sample.end(), 1.0) % 3, 0);
    EXPECT_TRUE(sample.size() == 6 || sample.size() == 4 || sample.size() == 2);
    return 0.0;
  });
}

TEST(ClusteredBootstrapTest, OfSingleValuesIsTheOrdinaryOne) {
  EXPECT_EQ(bootstrap(Clusters{{1}, {5}, {2}}, mean), bootstrap(Values{1, 5, 2}, mean));
  EXPECT_EQ(bca_interval(Clusters{{1}, {5}, {2}}, mean).high,
            bca_interval(Values{1, 5, 2}, mean).high);
}

// Ten clips of one video that always agree are one observation.
TEST(ClusteredBootstrapTest, IsNotFooledByRepeatedValues) {
  std::mt19937_64 generator(9);
  std::bernoulli_distribution right(0.7);
  Clusters videos;
  Values clips;
  Values single;
  for (int video = 0; video < 80; ++video) {
    single.push_back(right(generator));
    videos.emplace_back(10, single.back());
    clips.insert(clips.end(), 10, single.back());
  }

  const double of_videos = width(percentile_interval(bootstrap(videos, mean)));
  const double of_clips = width(percentile_interval(bootstrap(clips, mean)));

  EXPECT_DOUBLE_EQ(of_videos, width(percentile_interval(bootstrap(single, mean))));
  EXPECT_NEAR(of_videos / of_clips, std::sqrt(10.0), 0.3);
}

// Efron & Tibshirani, table 14.1: spatial test data A, the variance (over n) of 26 children. BCa
// interval of 90 % (115.8, 259.6), percentiles (100.8, 233.9), both from 2000 resamples.
TEST(BcaIntervalTest, AgreesWithThePublishedExample) {
  const Values a{48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6,
                 0,  33, 28, 34, 4,  32, 24, 47, 41, 24, 26, 30, 41};
  const auto variance = [](std::span<const double> values) {
    double squares = 0;
    for (const double value : values) squares += std::pow(value - mean(values), 2);
    return squares / static_cast<double>(values.size());
  };

  const BootstrapPlan plan{.resamples = 10'000};
  const Interval bca = bca_interval(a, variance, plan, 0.9);
  const Interval plain = percentile_interval(bootstrap(a, variance, plan), 0.9);

  EXPECT_NEAR(bca.low, 115.8, 4);
  EXPECT_NEAR(bca.high, 259.6, 6);
  EXPECT_NEAR(plain.low, 100.8, 4);
  EXPECT_NEAR(plain.high, 233.9, 4);
}

TEST(BcaIntervalTest, IsThePercentilesOfASymmetricSample) {
  const Values values{-4, -3, -2, -1, 0, 1, 2, 3, 4};

  const Interval bca = bca_interval(values, mean);
  const Interval plain = percentile_interval(bootstrap(values, mean));

  EXPECT_NEAR(bca.low, plain.low, 0.15);
  EXPECT_NEAR(bca.high, plain.high, 0.15);
}

TEST(BcaIntervalTest, IsAPointWhereNothingVaries) {
  EXPECT_EQ(width(bca_interval(Values{3}, mean)), 0);
  EXPECT_EQ(bca_interval(Values{3, 3, 3}, mean).low, 3);
}

}  // namespace
}  // namespace yardstick
