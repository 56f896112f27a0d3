#include "models/checkpoint/mapped_weights.h"

#include "tests/support/throws_error.h"

#include <ATen/ATen.h>
#include <torch/nn/modules/linear.h>

#include <gmock/gmock.h>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class MappedWeightsTest : public testing::Test {
 protected:
  torch::nn::Linear linear_{3, 2};
  TensorMap model_ = state_of(*linear_);
  at::Tensor weight_ = at::randn({2, 3});
  at::Tensor bias_ = at::randn({2});
};

TEST_F(MappedWeightsTest, SortsEachTensorIntoOneList) {
  MappedWeights weights({{"module.w", weight_}, {"module.bias", bias_}, {"other.x", bias_}},
                        model_);

  weights.strip_wrappers(kCommonWrappers);
  weights.rename_prefix("w", "weight");
  weights.ignore("other.");
  weights.keep_own("bias");
  const LoadReport report = std::move(weights).load_into(*linear_, WeightsMemory::kOwned);

  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.renamed, ElementsAre(Pair("module.w", "weight")));
  EXPECT_THAT(report.reset, ElementsAre("bias"));
  EXPECT_THAT(report.ignored, ElementsAre("other.x"));
  EXPECT_THAT(report.matched, ElementsAre());
  EXPECT_TRUE(at::equal(linear_->weight.detach(), weight_));
}

TEST_F(MappedWeightsTest, LeavesWrappersThatTheModelHasItself) {
  const TensorMap model = {{"model.weight", weight_}};
  MappedWeights weights({{"module.model.weight", weight_}}, model);

  weights.strip_wrappers(kCommonWrappers);

  EXPECT_TRUE(weights.has("model.weight"));
}

TEST_F(MappedWeightsTest, RefusesTwoTensorsOfOneName) {
  MappedWeights weights({{"module.weight", weight_}, {"weight", weight_}}, model_);

  EXPECT_THAT([&] { weights.strip_wrappers(kCommonWrappers); },
              ThrowsError(ErrorKind::kData, AllOf(HasSubstr("module.weight"), HasSubstr("both"))));
}

TEST_F(MappedWeightsTest, ReportsUnexpectedTensorsUnderTheFilesNames) {
  MappedWeights weights({{"module.weight", weight_}, {"module.bias", bias_}, {"module.b", bias_}},
                        model_);

  weights.strip_wrappers(kCommonWrappers);
  const LoadReport report = std::move(weights).load_into(*linear_, WeightsMemory::kOwned);

  EXPECT_THAT(report.unexpected, ElementsAre("module.b"));
  EXPECT_FALSE(at::equal(linear_->weight.detach(), weight_));
}

}  // namespace
}  // namespace yardstick
