#include "models/builtin_models.h"
#include "runners/module_access.h"
#include "runners/numerics.h"
#include "runners/objectives/builtin_objectives.h"
#include "runners/step_draws.h"
#include "tests/runners/training_fixture.h"
#include "tests/support/throws_error.h"

#include <yardstick/learned_cost.h>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/randn.h>

#include <gmock/gmock.h>

namespace yardstick {
namespace {

using test::Settings;
using test::ThrowsError;
using testing::Eq;
using testing::HasSubstr;
using testing::Optional;

std::unique_ptr<Objective> build(const Settings& settings) {
  Registrar registrar;
  register_builtin_objectives(registrar, {});
  const ObjectiveEntry& entry = registrar.objectives.get("macs_budget");
  Params params(entry.schema);
  test::set_all(params, settings);
  return entry.build(params);
}

std::unique_ptr<Model> plain_model() {
  Registrar registrar;
  register_builtin_models(registrar);
  const ModelEntry& entry = registrar.models.get("vit_nano_patch4_28");
  seed_generators(c10::kCPU, 1);
  return entry.build(Params(entry.schema));
}

std::unique_ptr<Model> learning_model() {
  Registrar registrar;
  register_builtin_models(registrar);
  auto model = plain_model();
  const MethodEntry& method = registrar.methods.get("diffrate");
  Params params(method.schema);
  test::set_all(params, {{"learn", "rates"}, {"granularity", "1"}});
  method.build(params)->apply(*model);
  set_mode(model->module(), ModuleMode::kTrain);
  return model;
}

Batch digits() {
  seed_generators(c10::kCPU, 4);
  Batch batch;
  batch.input = at::randn({4, 3, 28, 28});
  batch.targets = at::arange(4, at::kLong);
  return batch;
}

double loss_of(Model& model, const Settings& settings) {
  StepDraws draws(0, 0);
  return build(settings)->loss(model, digits(), draws).item<double>();
}

TEST(MacsBudgetTest, AddsTheWeighedSquareOfTheDistanceToTheLabelsLoss) {
  const auto model = learning_model();

  const double labels = loss_of(*model, {{"target_gmacs", "0.005"}, {"weight", "0"}});
  const double both = loss_of(*model, {{"target_gmacs", "0.005"}, {"weight", "1e5"}});

  const double excess = learned_cost(*model)->macs().item<double>() / 1e9 - 0.005;
  EXPECT_NEAR(both - labels, 1e5 * excess * excess, 1e-4);
  EXPECT_GT(excess, 0.001);
}

TEST(MacsBudgetTest, LearnsRatesThatMeetTheBudget) {
  const auto model = learning_model();
  const Batch batch = digits();
  const auto objective = build({{"target_gmacs", "0.0095"}, {"weight", "1e6"}});

  for (std::int64_t step = 0; step < 60; ++step) {
    StepDraws draws(0, step);
    objective->loss(*model, batch, draws).backward();
    const at::NoGradGuard no_grad;
    for (const NamedParameter& parameter : parameters_of(model->module())) {
      if (!parameter.value.requires_grad() || !parameter.value.grad().defined()) continue;
      at::Tensor value = parameter.value;
      value.sub_(parameter.value.grad().sign(), 0.05);
    }
    clear_gradients(model->module());
  }

  EXPECT_NEAR(learned_cost(*model)->macs().item<double>() / 1e9, 0.0095, 0.0004);
}

TEST(MacsBudgetTest, RefusesAModelThatLearnsNoCost) {
  const auto objective = build({{"target_gmacs", "1"}});

  EXPECT_THAT(objective->refusal(*plain_model()), Optional(HasSubstr("diffrate:learn=rates")));
  EXPECT_THAT(objective->refusal(*learning_model()), Eq(std::nullopt));
}

TEST(MacsBudgetTest, NeedsATarget) {
  EXPECT_THAT([] { build({}); }, ThrowsError(ErrorKind::kUser, HasSubstr("no target")));
}

}  // namespace
}  // namespace yardstick
