#include "runners/step_draws.h"

#include <ATen/ops/equal.h>

#include <gtest/gtest.h>

#include <vector>

namespace yardstick {
namespace {

at::Tensor masks(StepDraws draws) { return draws.uniform("mask", {4, 5}, c10::kCPU); }

TEST(StepDrawsTest, TheSameSeedStepAndPurposeGiveTheSameNumbers) {
  EXPECT_TRUE(at::equal(masks({3, 17}), masks({3, 17})));
}

TEST(StepDrawsTest, SeedStepAndPurposeEachChangeTheNumbers) {
  const at::Tensor here = masks({3, 17});

  EXPECT_FALSE(at::equal(here, masks({4, 17})));
  EXPECT_FALSE(at::equal(here, masks({3, 18})));
  EXPECT_FALSE(at::equal(here, StepDraws(3, 17).uniform("mixup", {4, 5}, c10::kCPU)));
}

TEST(StepDrawsTest, OnePurposeDoesNotShiftAnother) {
  StepDraws draws(3, 17);
  draws.uniform("mixup");
  draws.uniform("mixup", {100}, c10::kCPU);

  EXPECT_TRUE(at::equal(draws.uniform("mask", {4, 5}, c10::kCPU), masks({3, 17})));
}

TEST(StepDrawsTest, ABatchOfTheSameStepGetsNewNumbers) {
  StepDraws draws(3, 17);

  EXPECT_FALSE(at::equal(draws.uniform("mask", {4, 5}, c10::kCPU),
                         draws.uniform("mask", {4, 5}, c10::kCPU)));
  EXPECT_NE(draws.uniform("mixup"), draws.uniform("mixup"));
}

TEST(StepDrawsTest, NumbersFillTheUnitInterval) {
  StepDraws draws(1, 0);
  double sum = 0;
  for (int i = 0; i < 1000; ++i) {
    const double number = draws.uniform("mixup");
    ASSERT_GE(number, 0);
    ASSERT_LT(number, 1);
    sum += number;
  }
  EXPECT_NEAR(sum / 1000, 0.5, 0.05);
}

}  // namespace
}  // namespace yardstick
