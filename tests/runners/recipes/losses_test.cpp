#include "runners/losses.h"

#include "tests/runners/recipes/recipe_data.h"
#include "tests/support/throws_error.h"

#include <ATen/ATen.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <map>

namespace yardstick {
namespace {

using nlohmann::json;
using test::expect_close;
using test::Recipe;
using testing::HasSubstr;

using Inputs = std::map<std::string, at::Tensor>;  // by role

at::Tensor optional_tensor(const Recipe& recipe, const json& config, const char* key) {
  return config.contains(key) ? recipe.tensor(config.at(key).get<std::string>()) : at::Tensor();
}

at::Tensor bce(const Recipe& recipe, const json& config, const Inputs& in) {
  BceOptions options{.smoothing = config.at("smoothing"),
                     .threshold = {},
                     .smooth_dense = config.value("smooth_dense", false),
                     .sum_classes = config.value("sum_classes", false),
                     .weight = optional_tensor(recipe, config, "weight"),
                     .positive_weight = optional_tensor(recipe, config, "pos_weight")};
  if (config.contains("target_threshold")) options.threshold = config.at("target_threshold");
  return binary_loss(in.at("logits"), in.at("target"), options);
}

at::Tensor distillation(const json& config, const Inputs& in) {
  const std::map<std::string, Distillation> kinds{
      {"none", Distillation::kNone}, {"soft", Distillation::kSoft}, {"hard", Distillation::kHard}};
  const at::Tensor base = config.at("base_criterion") == "soft target"
                              ? soft_target_loss(in.at("logits"), in.at("target"))
                              : classification_loss(in.at("logits"), in.at("target"), 0.1);
  return distillation_loss(base, in.at("logits_kd"), in.at("teacher"),
                           {.kind = kinds.at(config.at("distillation_type")),
                            .alpha = config.at("alpha"),
                            .temperature = config.at("tau")});
}

at::Tensor loss_of(const Recipe& recipe, const json& one, const Inputs& in) {
  const auto official = one.at("official").get<std::string>();
  const json& config = one.at("config");
  const at::Tensor& logits = in.at("logits");
  const at::Tensor& target = in.at("target");
  if (official == "timm BinaryCrossEntropy") return bce(recipe, config, in);
  if (official == "timm SoftTargetCrossEntropy") return soft_target_loss(logits, target);
  if (official == "DeiT DistillationLoss") return distillation(config, in);
  if (official == "torchvision sigmoid_focal_loss") {
    return focal_loss(logits, target,
                      {.alpha = config.at("alpha"),
                       .gamma = config.at("gamma"),
                       .is_sum = config.at("reduction") == "sum"});
  }
  if (official == "timm JsdCrossEntropy") {
    return jsd_loss(logits, target,
                    {.splits = config.at("num_splits"),
                     .alpha = config.at("alpha"),
                     .smoothing = config.at("smoothing")});
  }
  EXPECT_THAT(official, HasSubstr("abel"));  // smoothing, timm's and torch's
  return classification_loss(logits, target, config.at("smoothing"));
}

TEST(LossRecipesTest, EqualTheOfficialLossesAndGradients) {
  for (const Recipe& recipe : test::recipes("losses/losses.json", "losses/tensors.safetensors")) {
    for (const json& one : recipe.cases()) {
      const auto name = one.at("name").get<std::string>();
      SCOPED_TRACE(name);
      Inputs in;
      for (const auto& [role, tensor] : one.at("inputs").items()) {
        in[role] = recipe.tensor("in." + tensor.get<std::string>()).clone();
      }
      for (const json& role : one.at("gradients")) in.at(role).requires_grad_();

      const at::Tensor loss = loss_of(recipe, one, in);
      loss.backward();

      expect_close(loss.detach(), recipe.tensor(name + ".out.loss"), one, "loss");
      for (const json& key : one.at("gradients")) {
        const auto role = key.get<std::string>();
        const at::Tensor gradient = in.at(role).grad();
        expect_close(gradient.defined() ? gradient : at::zeros_like(in.at(role)),
                     recipe.tensor(name + ".grad." + role), one, "gradient of " + role);
      }
    }
  }
}

TEST(LossRecipesTest, HalfPrecisionLogitsAreComputedInFloat) {
  const at::Tensor logits = at::randn({6, 4}).to(at::kBFloat16);
  const at::Tensor dense = at::full({6, 4}, 0.25);
  const at::Tensor labels = at::zeros({6}, at::kLong);

  EXPECT_EQ(soft_target_loss(logits, dense).scalar_type(), at::kFloat);
  EXPECT_EQ(binary_loss(logits, labels, {}).scalar_type(), at::kFloat);
  EXPECT_EQ(focal_loss(logits, dense, {}).scalar_type(), at::kFloat);
  EXPECT_EQ(jsd_loss(logits, labels, {}).scalar_type(), at::kFloat);
  for (const Distillation kind : {Distillation::kSoft, Distillation::kHard}) {
    EXPECT_EQ(distillation_loss(at::zeros({}), logits, logits, {.kind = kind}).scalar_type(),
              at::kFloat);
  }
}

TEST(LossRecipesTest, JsdRefusesABatchThatIsNoMultipleOfItsSplits) {
  EXPECT_THAT([&] { jsd_loss(at::zeros({4, 2}), at::zeros({4}, at::kLong), {.splits = 3}); },
              test::ThrowsError(ErrorKind::kUser, HasSubstr("no multiple of 3")));
}

}  // namespace
}  // namespace yardstick
