#include "runners/gradients.h"

#include "runners/loss_scaler.h"
#include "runners/losses.h"
#include "runners/lr_schedule.h"
#include "runners/optim/optimizer.h"
#include "tests/runners/recipes/recipe_data.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <limits>

namespace yardstick {
namespace {

using nlohmann::json;
using test::expect_close;
using test::Recipe;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double norm_type_of(const json& value) {
  return value.is_string() ? kInfinity : value.get<double>();
}

double joint_norm(const std::vector<at::Tensor>& gradients, double type) {
  std::vector<at::Tensor> norms;
  for (const at::Tensor& one : gradients) norms.push_back(at::linalg_vector_norm(one, type));
  return at::linalg_vector_norm(at::stack(norms), type).item<double>();
}

TEST(ClippingTest, EqualsTorchsAndTimms) {
  for (const Recipe& recipe :
       test::recipes("optimizers/clip.json", "optimizers/clip.safetensors")) {
    const double rtol = recipe.json().at("rtol"), atol = recipe.json().at("atol");
    for (const json& one : recipe.cases()) {
      const auto name = one.at("name").get<std::string>();
      SCOPED_TRACE(name);
      ParamGroup group;
      for (const auto& [key, tensor] : recipe.tensors) {
        if (!key.starts_with("in.grad.")) continue;
        const std::string what = key.substr(8);
        const auto parameter = recipe.tensors.find("in.param." + what);
        at::Tensor value = (parameter != recipe.tensors.end() ? parameter->second : tensor)
                               .clone()
                               .requires_grad_();
        value.mutable_grad() = tensor * one.at("grad_scale").get<double>();
        group.parameters.push_back({what, value});
      }
      const std::vector<at::Tensor> gradients = gradients_of({group});
      const double type = norm_type_of(one.at("norm_type"));
      const double value = one.at("value"), before = one.at("total_norm_before");
      EXPECT_NEAR(joint_norm(gradients, type), before, atol + rtol * before);

      if (one.at("mode") == "norm") {
        const double norm = clip_gradient_norm(gradients, value, type).item<double>();
        EXPECT_NEAR(norm, before, atol + rtol * before);
      } else if (one.at("mode") == "value") {
        clip_gradient_value(gradients, value);
      } else {
        ASSERT_EQ(one.at("mode"), "agc");
        clip_gradient_adaptively({group}, value);
      }

      const double after = one.at("total_norm_after");
      EXPECT_NEAR(joint_norm(gradients, type), after, atol + rtol * after);
      for (std::size_t i = 0; i < gradients.size(); ++i) {
        const std::string what = group.parameters[i].name;
        expect_close(gradients[i], recipe.tensor(name + ".out." + what), recipe.json(), what);
      }
    }
  }
}

TEST(ClippingTest, ARowOfZerosCountsAsLongAsEps) {
  NamedParameter parameter{"w", at::zeros({2, 2}).requires_grad_()};
  parameter.value.mutable_grad() = at::tensor({3.0, 4.0, 0.0, 0.0}, at::kFloat).reshape({2, 2});

  clip_gradient_adaptively({{0.0, {parameter}}}, /*factor=*/0.5, /*eps=*/0.01);

  expect_close(parameter.value.grad(),
               at::tensor({0.003, 0.004, 0.0, 0.0}, at::kFloat).reshape({2, 2}),
               {{"rtol", 1e-6}, {"atol", 0.0}}, "gradient");
}

TEST(LossScalingTest, TrainsAsTorchsGradScaler) {
  for (const Recipe& recipe : test::recipes("optimizers/grad_scaler.json")) {
    for (const json& one : recipe.cases()) {
      SCOPED_TRACE(one.at("name").get<std::string>());
      const json& config = one.at("config");
      LossScaler scaler(c10::kCPU, {config.at("init_scale"), config.at("growth_factor"),
                                    config.at("backoff_factor"), config.at("growth_interval")});
      NamedParameter parameter{"p", at::tensor({1.0, -2.0}, at::kFloat).requires_grad_()};
      const auto sgd = make_optimizer(SgdOptions{.momentum = 0}, {{0.0, {parameter}}});
      for (const json& row : one.at("rows")) {
        EXPECT_EQ(scaler.current_scale(), row.at("scale_used").get<double>());
        parameter.value.mutable_grad() = at::Tensor();
        scaler.scale((parameter.value * at::tensor({0.5, 0.25}, at::kFloat)).sum()).backward();
        const auto kind = row.at("gradient").get<std::string>();
        if (kind != "ok") {
          parameter.value.mutable_grad()[0] =
              kind == "inf" ? kInfinity : std::numeric_limits<double>::quiet_NaN();
        }
        scaler.unscale({parameter.value.grad()});
        EXPECT_EQ(scaler.found_inf().item<float>() == 0, row.at("stepped").get<bool>());
        sgd->step(0.1, scaler.found_inf());
        scaler.update();
        EXPECT_EQ(scaler.current_scale(), row.at("scale_after").get<double>());
        EXPECT_EQ(scaler.state().at("growth_tracker").item<int>(),
                  row.at("growth_tracker_after").get<int>());
      }
      const auto expected = one.at("final_param").get<std::vector<double>>();
      expect_close(parameter.value.detach(), at::tensor(expected, at::kFloat),
                   {{"rtol", 0.0}, {"atol", 0.0}}, "final parameter");
    }
  }
}

// Trains the linear softmax classifier of accumulate.json in micro batches of `micro`.
void train(const Recipe& recipe, const std::string& kind, std::int64_t accumulate) {
  const json& expected = recipe.json().at("results").at(kind);
  const std::int64_t micro = recipe.json().at("batch").get<std::int64_t>() / accumulate;
  const std::int64_t updates = recipe.json().at("updates_per_epoch");
  const LrSchedule schedule{.lr = 0.02, .min_lr = 0.001, .warmup_epochs = 1, .epochs = 3};
  NamedParameter weight{"weight", recipe.tensor("in.weight").clone().requires_grad_()};
  NamedParameter bias{"bias", recipe.tensor("in.bias").clone().requires_grad_()};
  const auto optimizer =
      make_optimizer(AdamwOptions{.beta1 = 0.9, .beta2 = 0.95}, {{0.05, {weight}}, {0.0, {bias}}});
  std::size_t pass = 0;
  for (std::int64_t update = 0; update < 2 * updates; ++update) {
    const std::int64_t first = update % updates * micro * accumulate;
    const double epoch = 1 + static_cast<double>(update) / static_cast<double>(updates);
    const double lr = schedule.at(epoch);
    EXPECT_NEAR(lr, expected.at("lr")[static_cast<std::size_t>(update)], 1e-12);
    for (std::int64_t i = 0; i < accumulate; ++i, ++pass) {
      const at::Tensor logits = at::linear(
          recipe.tensor("in.x").narrow(0, first + i * micro, micro), weight.value, bias.value);
      const at::Tensor loss =
          classification_loss(logits, recipe.tensor("in.y").narrow(0, first + i * micro, micro), 0);
      const double theirs = expected.at("loss_per_micro_batch")[pass];
      EXPECT_NEAR(loss.item<double>(), theirs, 1e-6 + 1e-5 * theirs) << pass;
      (loss / static_cast<double>(accumulate)).backward();
    }
    expect_close(weight.value.grad(), recipe.tensor(kind + ".out.grad_weight")[update],
                 recipe.json(), "gradient");
    optimizer->step(lr);
    weight.value.mutable_grad() = at::Tensor();
    bias.value.mutable_grad() = at::Tensor();
    expect_close(weight.value.detach(), recipe.tensor(kind + ".out.weight")[update], recipe.json(),
                 "weight");
    expect_close(bias.value.detach(), recipe.tensor(kind + ".out.bias")[update], recipe.json(),
                 "bias");
  }
}

TEST(AccumulationTest, MicroBatchesTrainAsTheWholeBatch) {
  for (const Recipe& recipe :
       test::recipes("optimizers/accumulate.json", "optimizers/accumulate.safetensors")) {
    train(recipe, "micro", recipe.json().at("accum_iter"));
    train(recipe, "full", 1);
  }
}

}  // namespace
}  // namespace yardstick
