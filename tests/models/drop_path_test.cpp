#include "models/layers/residual.h"
#include "tests/models/built.h"

#include <ATen/ATen.h>
#include <torch/nn/module.h>

#include <gmock/gmock.h>

namespace yardstick {
namespace {

using test::batch_of;
using test::build_model;
using testing::DoubleNear;
using testing::ElementsAre;

TEST(DropPathRatesTest, GrowLinearlyFromZero) {
  EXPECT_THAT(
      layers::drop_path_rates(0.3, 4),
      ElementsAre(0.0, DoubleNear(0.1, 1e-7), DoubleNear(0.2, 1e-7), DoubleNear(0.3, 1e-7)));
  EXPECT_THAT(layers::drop_path_rates(0.3, 1), ElementsAre(0.0));
}

TEST(DropPathTest, DropsWholeSamplesAndKeepsTheMean) {
  at::manual_seed(1);
  const at::Tensor branch = at::ones({20000, 2, 3});

  const at::Tensor dropped = layers::drop_path(branch, 0.25);

  const at::Tensor per_sample = dropped.select(1, 0).select(1, 0);
  EXPECT_TRUE(at::equal(dropped, per_sample.view({-1, 1, 1}).expand({-1, 2, 3})));
  EXPECT_TRUE(
      at::logical_or(per_sample == 0, (per_sample - 4.0 / 3.0).abs() < 1e-6).all().item<bool>());
  EXPECT_NEAR((per_sample == 0).to(at::kFloat).mean().item<double>(), 0.25, 0.015);
}

class DropPathModelTest : public testing::TestWithParam<const char*> {
 protected:
  DropPathModelTest() : model_(build_model(GetParam(), {{"drop_path", "0.5"}})) {
    const auto& shape = model_->info().input_shape;
    input_ = at::randn({4, shape[0], shape[1], shape[2]});
  }

  at::Tensor logits(std::uint64_t seed) {
    at::manual_seed(seed);
    return model_->forward(batch_of(input_)).logits.detach();
  }

  std::unique_ptr<Model> model_;
  at::Tensor input_;
};

TEST_P(DropPathModelTest, DrawsFromTheDefaultGeneratorInTraining) {
  model_->module().train();

  EXPECT_TRUE(at::equal(logits(1), logits(1)));
  EXPECT_FALSE(at::equal(logits(1), logits(2)));
}

TEST_P(DropPathModelTest, DropsNothingInEvaluation) {
  model_->module().eval();

  EXPECT_TRUE(at::equal(logits(1), logits(2)));
}

INSTANTIATE_TEST_SUITE_P(Families, DropPathModelTest, testing::Values("vit_test", "hiera_test"));

}  // namespace
}  // namespace yardstick
