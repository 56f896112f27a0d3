#include "tests/support/throws_error.h"

#include <yardstick/weights.h>

#include <ATen/ATen.h>
#include <torch/nn/modules/linear.h>

#include <gmock/gmock.h>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(LoadStateTest, CopiesByName) {
  torch::nn::Linear linear(3, 2);
  const TensorMap weights = {{"weight", at::full({2, 3}, 0.5)}, {"bias", at::full({2}, -1.0)}};

  const LoadReport report = load_state(*linear, weights);

  EXPECT_TRUE(report.is_complete());
  EXPECT_TRUE(at::equal(linear->weight.detach(), weights.at("weight")));
  EXPECT_TRUE(at::equal(linear->bias.detach(), weights.at("bias")));
}

TEST(LoadStateTest, SharesMemoryWhereAsked) {
  torch::nn::Linear linear(3, 2);
  const TensorMap weights = {{"weight", at::rand({2, 3})}, {"bias", at::rand({2}, at::kDouble)}};

  load_state(*linear, weights, WeightsMemory::kMapped);

  EXPECT_EQ(linear->weight.const_data_ptr(), weights.at("weight").const_data_ptr());
  EXPECT_TRUE(linear->weight.requires_grad());
  EXPECT_EQ(linear->bias.scalar_type(), at::kFloat);  // another dtype is copied
  EXPECT_TRUE(at::equal(linear->bias.detach(), weights.at("bias").to(at::kFloat)));
  load_state(*linear, weights);  // copies
  linear->weight.detach().zero_();
  EXPECT_EQ(weights.at("weight").sum().item<float>(), 0);  // into the memory that it was given
}

TEST(LoadStateTest, SharesNoMemoryBetweenParameters) {
  torch::nn::Linear linear(2, 2);
  const at::Tensor storage = at::rand({5});
  const at::Tensor before = storage.slice(0, 0, 4).clone();
  const TensorMap weights = {{"weight", storage.slice(0, 0, 4).view({2, 2})},
                             {"bias", storage.slice(0, 3)}};

  load_state(*linear, weights, WeightsMemory::kMapped);
  linear->bias.detach().zero_();

  EXPECT_TRUE(at::equal(linear->weight.detach().view({4}), before));
}

TEST(LoadStateTest, CopiesNothingUnlessAllNamesFit) {
  torch::nn::Linear linear(3, 2);
  const at::Tensor before = linear->weight.detach().clone();

  const LoadReport report =
      load_state(*linear, {{"weight", at::zeros({2, 3})}, {"biass", at::zeros({2})}});

  EXPECT_THAT(report.missing, ElementsAre("bias"));
  EXPECT_THAT(report.unexpected, ElementsAre("biass"));
  EXPECT_TRUE(at::equal(linear->weight.detach(), before));
  EXPECT_THAT(
      [&] { require_complete(report, "x.safetensors"); },
      ThrowsError(ErrorKind::kData, AllOf(HasSubstr("x.safetensors"), HasSubstr("bias (biass?)"))));
}

TEST(LoadStateTest, RefusesAnotherShapeNamingBoth) {
  torch::nn::Linear linear(3, 2);

  EXPECT_THAT(
      [&] { load_state(*linear, {{"weight", at::zeros({2, 4})}, {"bias", at::zeros({2})}}); },
      ThrowsError(ErrorKind::kData, AllOf(HasSubstr("[2, 4]"), HasSubstr("[2, 3]"))));
}

}  // namespace
}  // namespace yardstick
