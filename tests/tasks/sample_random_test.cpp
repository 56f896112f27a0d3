#include "tasks/io/sample_random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace yardstick {
namespace {

// Orders and draws are part of what a training run is: these values must never change.
TEST(SampleRandomTest, DrawsTheDocumentedNumbers) {
  SampleRandom random(1, 2, 3);

  EXPECT_EQ(random.next(), 13811584246906094223U);
  EXPECT_EQ(random.next(), 9152601669076045809U);
}

TEST(SampleRandomTest, DrawsTheDocumentedNormalNumbers) {
  SampleRandom random(1, 2, 3);

  EXPECT_NEAR(random.normal(), -1.6615744233728522, 1e-14);
}

TEST(SampleRandomTest, NormalHasMean0AndVariance1) {
  SampleRandom random(5, 0, 0);
  double sum = 0, squares = 0;
  for (int i = 0; i < 40000; ++i) {
    const double value = random.normal();
    sum += value;
    squares += value * value;
  }

  EXPECT_NEAR(sum / 40000, 0, 0.02);  // 4 standard deviations
  EXPECT_NEAR(squares / 40000, 1, 0.03);
}

TEST(SampleRandomTest, DependsOnEachOfSeedEpochAndIndex) {
  const auto first = [](std::uint64_t seed, std::uint64_t epoch, std::uint64_t index) {
    return SampleRandom(seed, epoch, index).next();
  };

  EXPECT_NE(first(1, 2, 3), first(2, 2, 3));
  EXPECT_NE(first(1, 2, 3), first(1, 3, 3));
  EXPECT_NE(first(1, 2, 3), first(1, 2, 4));
  EXPECT_NE(first(1, 2, 3), first(1, 3, 2));
  EXPECT_NE(first(0, 0, 0), 0U);
}

TEST(SampleRandomTest, BelowIsEvenAndInRange) {
  SampleRandom random(5, 0, 0);
  std::vector<int> counts(6);
  for (int i = 0; i < 60000; ++i) ++counts[random.below(6)];

  for (const int count : counts) EXPECT_NEAR(count, 10000, 400);
}

TEST(SampleRandomTest, UniformFillsItsRange) {
  SampleRandom random(5, 0, 0);
  double low = 1e9, high = -1e9, sum = 0;
  for (int i = 0; i < 10000; ++i) {
    const double value = random.uniform(2.0, 4.0);
    low = std::min(low, value);
    high = std::max(high, value);
    sum += value;
  }

  EXPECT_GE(low, 2.0);
  EXPECT_LT(low, 2.01);
  EXPECT_LT(high, 4.0);
  EXPECT_GT(high, 3.99);
  EXPECT_NEAR(sum / 10000, 3.0, 0.03);
}

TEST(ShuffledOrderTest, IsTheDocumentedPermutation) {
  EXPECT_EQ(shuffled_order(8, 42, 0), (std::vector<std::int64_t>{3, 1, 5, 7, 4, 2, 0, 6}));
  EXPECT_EQ(shuffled_order(8, 42, 1), (std::vector<std::int64_t>{7, 6, 4, 3, 5, 2, 0, 1}));
}

TEST(ShuffledOrderTest, HoldsEachNumberOnce) {
  std::vector<std::int64_t> order = shuffled_order(1000, 7, 3);
  std::sort(order.begin(), order.end());
  std::vector<std::int64_t> all(1000);
  std::iota(all.begin(), all.end(), 0);

  EXPECT_EQ(order, all);
}

TEST(ShuffledOrderTest, TakesNothingAndOne) {
  EXPECT_TRUE(shuffled_order(0, 1, 1).empty());
  EXPECT_EQ(shuffled_order(1, 1, 1), std::vector<std::int64_t>{0});
}

}  // namespace
}  // namespace yardstick
