#include "models/layers/residual.h"
#include "tests/models/built.h"

#include <yardstick/masked_pretrainer.h>
#include <yardstick/random_draws.h>

#include <ATen/ATen.h>
#include <torch/nn/module.h>

#include <gmock/gmock.h>

#include <string>
#include <vector>

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

// Has every third sample dropped, another third with each branch that asks.
class EveryThird final : public RandomDraws {
 public:
  static bool drops(std::int64_t branch, std::int64_t sample) { return sample % 3 == branch % 3; }

  at::Tensor uniform(std::string_view purpose, at::IntArrayRef shape, c10::Device) override {
    EXPECT_EQ(purpose, "drop_path");
    EXPECT_EQ(shape.size(), 1U);
    at::Tensor numbers = at::full(shape, 0.999, at::kFloat);
    for (std::int64_t sample = 0; sample < shape[0]; ++sample) {
      if (drops(branches, sample)) numbers[sample] = 0.0;
    }
    ++branches;
    return numbers;
  }
  double uniform(std::string_view purpose) override {
    ADD_FAILURE() << purpose;
    return 0;
  }

  std::int64_t branches = 0;
};

TEST(DropPathTest, DropsWhereTheScopesNumbersAreBelowTheRate) {
  class Given final : public RandomDraws {
   public:
    at::Tensor uniform(std::string_view, at::IntArrayRef, c10::Device) override {
      return at::tensor({0.0F, 0.24F, 0.25F, 0.9F});
    }
    double uniform(std::string_view) override { return 0; }
  } draws;
  const DrawsScope scope(draws);

  const at::Tensor dropped = layers::drop_path(at::ones({4, 2}), 0.25);

  const float kept = 4.0F / 3.0F;
  EXPECT_TRUE(
      at::allclose(dropped, at::tensor({0.0F, 0.0F, kept, kept}).view({4, 1}).expand({4, 2})));
}

// Keeps what the attention and the MLP of each encoder block give, in order, with their gradients.
class BranchTap final : public ActivationTap {
 public:
  void record(std::string_view name, const at::Tensor& value) override {
    if (!name.starts_with("blocks.")) return;
    const std::string_view rest = name.substr(name.find('.', sizeof "blocks.") + 1);
    if (rest != "attn" && rest != "mlp") return;
    value.retain_grad();
    branches.push_back(value);
  }
  std::vector<at::Tensor> branches;
};

// Every network with drop path; masked auto-encoders of images alone have none in their encoder.
class DropPathModelTest : public testing::TestWithParam<const char*> {
 protected:
  static constexpr std::int64_t kSamples = 6;

  DropPathModelTest() : model_(build_model(GetParam(), {{"drop_path", "0.5"}})) {
    std::vector<std::int64_t> shape = model_->info().input_shape;
    shape.insert(shape.begin(), kSamples);
    input_ = at::randn(shape);
  }

  // A number that depends on every sample.
  at::Tensor result(ActivationTap* tap = nullptr) {
    if (auto* pretrainer = model_->capability<MaskedPretrainer>(); pretrainer != nullptr) {
      const at::Tensor noise =
          at::linspace(0, 0.9, pretrainer->mask_units()).expand({kSamples, -1});
      return pretrainer->pretrain(input_, noise, pretrainer->default_mask_ratio(), tap);
    }
    const at::Tensor features = model_->forward(batch_of(input_), tap).features;
    return (features * at::linspace(-1, 1, features.size(1))).sum();
  }

  at::Tensor seeded_result(std::uint64_t seed) {
    at::manual_seed(seed);
    return result().detach();
  }

  std::unique_ptr<Model> model_;
  at::Tensor input_;
};

// No gradient reaches a branch's output where its path was dropped.
TEST_P(DropPathModelTest, DropsExactlyThePathsThatTheDrawsSay) {
  model_->module().train();
  EveryThird draws;
  BranchTap tap;
  const DrawsScope scope(draws);

  result(&tap).backward();

  constexpr std::int64_t kOfFirstBlock = 2;  // its rate is 0: it draws nothing
  const auto found = static_cast<std::int64_t>(tap.branches.size());
  ASSERT_GT(found, kOfFirstBlock);
  EXPECT_EQ(draws.branches, found - kOfFirstBlock);
  for (std::int64_t branch = 0; branch < found; ++branch) {
    const at::Tensor gradient = tap.branches[static_cast<std::size_t>(branch)].grad();
    ASSERT_EQ(gradient.size(0), kSamples);
    for (std::int64_t sample = 0; sample < kSamples; ++sample) {
      const bool is_dropped = gradient[sample].count_nonzero().item<std::int64_t>() == 0;
      const bool is_asked =
          branch >= kOfFirstBlock && EveryThird::drops(branch - kOfFirstBlock, sample);
      EXPECT_EQ(is_dropped, is_asked) << "branch " << branch << " sample " << sample;
    }
  }
}

TEST_P(DropPathModelTest, DrawsFromTheDefaultGeneratorOutsideOfAScope) {
  model_->module().train();

  EXPECT_TRUE(at::equal(seeded_result(1), seeded_result(1)));
  EXPECT_FALSE(at::equal(seeded_result(1), seeded_result(2)));
}

TEST_P(DropPathModelTest, DropsNothingInEvaluation) {
  model_->module().eval();
  EveryThird draws;
  const DrawsScope scope(draws);

  EXPECT_TRUE(at::equal(seeded_result(1), seeded_result(2)));
  EXPECT_EQ(draws.branches, 0);
}

INSTANTIATE_TEST_SUITE_P(Families, DropPathModelTest,
                         testing::Values("vit_test", "hiera_test", "mae_hiera_test",
                                         "sam2_hiera_test", "mae_st_vit_test", "mvit_test",
                                         "mvitv2_4x2_test"));

}  // namespace
}  // namespace yardstick
