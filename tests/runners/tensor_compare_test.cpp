#include "runners/tensor_compare.h"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

namespace yardstick {
namespace {

using testing::HasSubstr;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

TensorVerdict compare(const at::Tensor& ours, const at::Tensor& theirs, Tolerance tolerance) {
  return compare_tensors("out.x", ours, theirs, tolerance);
}

TEST(CompareTensorsTest, ReportsTheWorstElement) {
  const at::Tensor theirs = at::tensor({1.0, 2.0, 4.0, 8.0}, at::kDouble).reshape({2, 2});
  const at::Tensor ours = at::tensor({1.0, 2.5, 4.0, 8.5}, at::kDouble).reshape({2, 2});

  const TensorVerdict verdict = compare(ours, theirs, {1.0, 0.0});

  EXPECT_TRUE(verdict.passed);
  EXPECT_DOUBLE_EQ(verdict.max_abs, 0.5);
  EXPECT_DOUBLE_EQ(verdict.max_rel, 0.25);
  EXPECT_DOUBLE_EQ(verdict.share_of_tolerance, 0.5);
  EXPECT_EQ(verdict.worst_at, "[0, 1]");
}

TEST(CompareTensorsTest, TheToleranceGrowsWithTheReference) {
  const at::Tensor theirs = at::tensor({100.0, 0.0}, at::kDouble);
  const at::Tensor ours = at::tensor({101.0, 0.5}, at::kDouble);

  EXPECT_TRUE(compare(ours, theirs, {0.5, 0.005}).passed);
  const TensorVerdict verdict = compare(ours, theirs, {0.25, 0.01});
  EXPECT_FALSE(verdict.passed);
  EXPECT_EQ(verdict.worst_at, "[1]");
  EXPECT_DOUBLE_EQ(verdict.share_of_tolerance, 2);
}

TEST(CompareTensorsTest, ExactlyTheToleranceStillPasses) {
  const at::Tensor theirs = at::tensor({1.0}, at::kDouble);

  EXPECT_TRUE(compare(at::tensor({1.5}, at::kDouble), theirs, {0.5, 0}).passed);
  EXPECT_FALSE(compare(at::tensor({1.5000001}, at::kDouble), theirs, {0.5, 0}).passed);
}

TEST(CompareTensorsTest, NanAndInfinityNeverPass) {
  const at::Tensor one = at::tensor({1.0f});
  for (const float bad : {kNan, kInf, -kInf}) {
    EXPECT_FALSE(compare(at::tensor({bad}), one, {1e30, 1}).passed) << bad;
    EXPECT_FALSE(compare(one, at::tensor({bad}), {1e30, 1}).passed) << bad;
    EXPECT_FALSE(compare(at::tensor({bad}), at::tensor({bad}), {1e30, 1}).passed) << bad;
  }
}

TEST(CompareTensorsTest, IntegersAndFlagsMustBeEqualWhateverTheTolerance) {
  EXPECT_TRUE(compare(at::tensor({3}, at::kInt), at::tensor({3}, at::kLong), {1, 1}).passed);
  EXPECT_FALSE(compare(at::tensor({3}, at::kLong), at::tensor({4}, at::kLong), {9, 9}).passed);
  EXPECT_FALSE(
      compare(at::tensor({1}).to(at::kBool), at::tensor({0}).to(at::kBool), {9, 9}).passed);
  const std::int64_t large = (std::int64_t{1} << 60) + 1;
  EXPECT_FALSE(
      compare(at::tensor({large}, at::kLong), at::tensor({large - 1}, at::kLong), {0, 0}).passed);
}

TEST(CompareTensorsTest, SaysWhyItCannotCompare) {
  const at::Tensor theirs = at::zeros({2, 3});

  EXPECT_EQ(compare({}, theirs, {}).reason, "not computed");
  EXPECT_EQ(compare(at::zeros({3, 2}), theirs, {}).reason, "shape [3, 2] instead of [2, 3]");
  EXPECT_THAT(compare(at::zeros({2, 3}, at::kLong), theirs, {}).reason, HasSubstr("instead of"));
  EXPECT_FALSE(compare({}, theirs, {}).passed);
}

TEST(CompareTensorsTest, EmptyTensorsAreEqual) {
  EXPECT_TRUE(compare(at::zeros({0, 3}), at::zeros({0, 3}), {}).passed);
}

}  // namespace
}  // namespace yardstick
