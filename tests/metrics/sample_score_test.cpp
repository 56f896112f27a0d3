#include "metrics/classification/sample_score.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace yardstick {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(SampleScoreTest, EqualsHandComputedSoftmax) {
  const std::vector<float> logits{std::log(1.0f), std::log(2.0f), std::log(5.0f)};

  const SampleScore score = score_sample(logits, 1).value();

  EXPECT_EQ(score.prediction, 2);
  EXPECT_EQ(score.target_rank, 1);
  EXPECT_NEAR(score.target_log_prob, std::log(0.25), 1e-7);
  EXPECT_NEAR(score.confidence, 0.625, 1e-7);
  EXPECT_NEAR(score.brier, 0.125 * 0.125 + 0.75 * 0.75 + 0.625 * 0.625, 1e-7);
}

TEST(SampleScoreTest, RanksTheLowerOfEqualLogitsFirst) {
  const std::vector<float> logits{1, 3, 3, 2, 3};

  EXPECT_EQ(score_sample(logits, 0)->prediction, 1);
  EXPECT_EQ(score_sample(logits, 1)->target_rank, 0);
  EXPECT_EQ(score_sample(logits, 2)->target_rank, 1);
  EXPECT_EQ(score_sample(logits, 4)->target_rank, 2);
  EXPECT_EQ(score_sample(logits, 3)->target_rank, 3);
  EXPECT_EQ(score_sample(logits, 0)->target_rank, 4);
}

TEST(SampleScoreTest, FindsTheLargestLogitAtEveryPlace) {
  for (std::size_t place = 0; place < 67; ++place) {
    std::vector<float> logits(67);
    std::iota(logits.begin(), logits.end(), -100.0f);
    logits[place] = 1;

    EXPECT_EQ(score_sample(logits, 3)->prediction, static_cast<std::int64_t>(place));
  }
}

TEST(SampleScoreTest, StaysFiniteForHugeLogits) {
  const std::vector<float> logits{3000, -3000, 2000};

  const SampleScore score = score_sample(logits, 1).value();

  EXPECT_EQ(score.confidence, 1);
  EXPECT_EQ(score.target_log_prob, -6000);
  EXPECT_EQ(score.brier, 2);
}

TEST(SampleScoreTest, TakesMinusInfinityAsProbabilityZero) {
  const std::vector<float> logits{0, -kInfinity, 0};

  EXPECT_NEAR(score_sample(logits, 0)->target_log_prob, std::log(0.5), 1e-15);
  EXPECT_EQ(score_sample(logits, 1)->target_log_prob, -kInfinity);
  EXPECT_EQ(score_sample(logits, 1)->target_rank, 2);
  EXPECT_EQ(score_sample(logits, 1)->brier, 1.5);
}

TEST(SampleScoreTest, IsNothingWhereThereIsNoSoftmax) {
  const float nan = std::nanf("");
  std::vector<float> late(40, 0.0f);
  late.back() = nan;

  EXPECT_FALSE(score_sample(std::vector<float>{nan, 1}, 1));
  EXPECT_FALSE(score_sample(std::vector<float>{1, nan}, 0));
  EXPECT_FALSE(score_sample(std::vector<float>{nan, nan}, 0));
  EXPECT_FALSE(score_sample(late, 0));
  EXPECT_FALSE(score_sample(std::vector<float>{1, kInfinity}, 0));
  EXPECT_FALSE(score_sample(std::vector<float>{-kInfinity, -kInfinity}, 0));
}

TEST(SampleScoreTest, IsCertainOfTheOnlyClass) {
  const SampleScore score = score_sample(std::vector<float>{-7}, 0).value();

  EXPECT_EQ(score.confidence, 1);
  EXPECT_EQ(score.target_log_prob, 0);
  EXPECT_EQ(score.brier, 0);
}

}  // namespace
}  // namespace yardstick
