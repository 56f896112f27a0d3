#include "runners/optim/optimizer.h"
#include "tests/runners/recipes/recipe_data.h"
#include "tests/support/throws_error.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>

namespace yardstick {
namespace {

using nlohmann::json;
using test::expect_close;
using test::Recipe;
using testing::HasSubstr;

std::vector<Recipe> optimizer_recipes() {
  return test::recipes("optimizers/optimizers.json", "optimizers/optimizers.safetensors");
}

OptimizerConfig config_of(const std::string& kind, const json& config) {
  const auto beta = [&config](std::size_t i) { return config.at("betas")[i].get<double>(); };
  if (kind == "torch.AdamW") return AdamwOptions{beta(0), beta(1), config.at("eps")};
  if (kind == "torch.SGD") {
    return SgdOptions{config.at("momentum"), config.at("dampening"), config.at("nesterov")};
  }
  if (kind == "mae LARS") return LarsOptions{config.at("momentum"), config.at("trust_coefficient")};
  if (kind == "timm Lars") {
    return TimmLarsOptions{.momentum = config.at("momentum"),
                           .dampening = config.at("dampening"),
                           .trust_coefficient = config.at("trust_coeff"),
                           .eps = config.at("eps"),
                           .nesterov = config.at("nesterov"),
                           .trust_clip = config.at("trust_clip"),
                           .always_adapt = config.at("always_adapt")};
  }
  if (kind == "timm Lamb") {
    LambOptions options{.beta1 = beta(0),
                        .beta2 = beta(1),
                        .eps = config.at("eps"),
                        .bias_correction = config.at("bias_correction"),
                        .grad_averaging = config.at("grad_averaging"),
                        .max_grad_norm = {},
                        .trust_clip = config.at("trust_clip"),
                        .always_adapt = config.at("always_adapt"),
                        .decoupled_decay = config.at("decoupled_decay")};
    const json& norm = config.at("max_grad_norm");
    if (!norm.is_null()) options.max_grad_norm = norm.get<double>();
    return options;
  }
  EXPECT_EQ(kind, "timm Adan");
  return AdanOptions{.beta1 = beta(0),
                     .beta2 = beta(1),
                     .beta3 = beta(2),
                     .eps = config.at("eps"),
                     .no_prox = config.at("no_prox"),
                     .caution = config.at("caution")};
}

struct Training {
  std::vector<NamedParameter> parameters;
  std::unique_ptr<Optimizer> optimizer;
  std::vector<double> rates;  // by step
};

// The groups' rates relative to the first's are their scales.
Training training_of(const Recipe& recipe, const json& one) {
  Training training;
  std::map<std::string, NamedParameter> by_name;
  for (const auto& [name, shape] : recipe.json().at("parameters").items()) {
    by_name[name] = {name, recipe.tensor("in.param." + name).clone().requires_grad_()};
    training.parameters.push_back(by_name[name]);
  }
  const json& config = one.at("config");
  const double base = one.at("groups")[0].value("lr", config.value("lr", 0.0));
  std::vector<ParamGroup> groups;
  for (const json& group : one.at("groups")) {
    ParamGroup& made = groups.emplace_back();
    made.weight_decay = group.value("weight_decay", config.value("weight_decay", 0.0));
    for (const json& name : group.at("names")) made.parameters.push_back(by_name.at(name));
  }
  training.rates.assign(recipe.json().at("steps").get<std::size_t>(), base);
  if (one.contains("lr_per_step")) {
    const json& rates = one.at("lr_per_step");
    for (std::size_t t = 0; t < rates.size(); ++t) training.rates[t] = rates[t][0];
    for (std::size_t g = 0; g < groups.size(); ++g) {
      groups[g].lr_scale = rates[0][g].get<double>() / training.rates[0];
    }
  }
  training.optimizer = make_optimizer(config_of(one.at("optimizer"), config), std::move(groups));
  return training;
}

void set_gradients(const Recipe& recipe, Training& training, std::int64_t step) {
  for (NamedParameter& parameter : training.parameters) {
    const json missing = recipe.json().at("gradient_missing").value(parameter.name, json::array());
    const bool is_missing = std::ranges::find(missing, json(step)) != missing.end();
    parameter.value.mutable_grad() =
        is_missing ? at::Tensor() : recipe.tensor("in.grad." + parameter.name)[step].clone();
  }
}

TEST(OptimizersTest, EqualTheOfficialOnesStepByStep) {
  for (const Recipe& recipe : optimizer_recipes()) {
    for (const json& one : recipe.cases()) {
      const auto name = one.at("name").get<std::string>();
      SCOPED_TRACE(name);
      Training training = training_of(recipe, one);
      const std::int64_t steps = recipe.json().at("steps");
      for (std::int64_t t = 0; t < steps; ++t) {
        set_gradients(recipe, training, t);
        training.optimizer->step(training.rates[static_cast<std::size_t>(t)]);
        for (const NamedParameter& parameter : training.parameters) {
          expect_close(parameter.value.detach(), recipe.tensor(name + ".out." + parameter.name)[t],
                       one, parameter.name + " after step " + std::to_string(t));
        }
      }
      const TensorMap state = training.optimizer->state();
      for (const json& key : one.at("state")) {
        const auto what = key.get<std::string>();
        expect_close(state.at(what), recipe.tensor(name + ".state." + what), one, what);
      }
      const json scalars = one.value("scalar_state", json::object());
      for (const auto& [key, value] : scalars.items()) {
        EXPECT_EQ(state.at(key).item<double>(), value.get<double>()) << key;
      }
    }
  }
}

TEST(OptimizersTest, GoOnFromTheirStateAsIfTheyHadNeverStopped) {
  const Recipe recipe = optimizer_recipes().front();
  for (const json& one : recipe.cases()) {
    SCOPED_TRACE(one.at("name").get<std::string>());
    Training whole = training_of(recipe, one), resumed = training_of(recipe, one);
    const std::int64_t steps = recipe.json().at("steps");
    for (std::int64_t t = 0; t < steps; ++t) {
      set_gradients(recipe, whole, t);
      whole.optimizer->step(whole.rates[static_cast<std::size_t>(t)]);
      if (t == 1) {
        resumed.optimizer->load(whole.optimizer->state());
        for (std::size_t i = 0; i < whole.parameters.size(); ++i) {
          resumed.parameters[i].value.set_data(whole.parameters[i].value.detach().clone());
        }
      } else if (t > 1) {
        set_gradients(recipe, resumed, t);
        resumed.optimizer->step(resumed.rates[static_cast<std::size_t>(t)]);
      }
    }
    for (std::size_t i = 0; i < whole.parameters.size(); ++i) {
      EXPECT_TRUE(at::equal(whole.parameters[i].value, resumed.parameters[i].value))
          << whole.parameters[i].name;
    }
  }
}

TEST(OptimizersTest, LeaveEverythingAsItWasAtAnOverflow) {
  for (const OptimizerConfig& config :
       std::vector<OptimizerConfig>{AdamwOptions{}, SgdOptions{}, LarsOptions{}, TimmLarsOptions{},
                                    LambOptions{}, AdanOptions{}}) {
    const NamedParameter parameter{"w", at::ones({3, 2}).requires_grad_()};
    const auto optimizer = make_optimizer(config, {{0.1, {parameter}}});
    at::Tensor(parameter.value).mutable_grad() = at::full({3, 2}, 0.5);
    optimizer->step(0.1);
    const at::Tensor before = parameter.value.detach().clone();
    TensorMap state;
    for (const auto& [name, tensor] : optimizer->state()) state[name] = tensor.clone();
    at::Tensor(parameter.value).mutable_grad() =
        at::full({3, 2}, std::numeric_limits<float>::infinity());

    optimizer->step(0.1, at::ones({1}));

    EXPECT_TRUE(at::equal(parameter.value.detach(), before)) << config.index();
    for (const auto& [name, tensor] : optimizer->state()) {
      EXPECT_TRUE(at::equal(tensor, state.at(name))) << config.index() << " " << name;
    }
  }
}

TEST(OptimizersTest, LeaveTheGradientsAsTheyWere) {
  for (const OptimizerConfig& config : std::vector<OptimizerConfig>{
           SgdOptions{}, LarsOptions{}, TimmLarsOptions{}, LambOptions{}, AdanOptions{}}) {
    const NamedParameter parameter{"w", at::ones({3, 2}).requires_grad_()};
    const auto optimizer = make_optimizer(config, {{0.1, {parameter}}});
    at::Tensor(parameter.value).mutable_grad() = at::full({3, 2}, 5.0);

    optimizer->step(0.1);
    optimizer->step(0.1);

    EXPECT_TRUE(at::equal(parameter.value.grad(), at::full({3, 2}, 5.0))) << config.index();
  }
}

TEST(OptimizersTest, RefuseTheStateOfAnother) {
  const NamedParameter parameter{"w", at::ones({3, 2}).requires_grad_()};
  const auto adan = make_optimizer(AdanOptions{}, {{0.1, {parameter}}});
  const auto lamb = make_optimizer(LambOptions{}, {{0.1, {parameter}}});

  EXPECT_THAT([&] { adan->load(lamb->state()); },
              test::ThrowsError(ErrorKind::kData, HasSubstr("exp_avg_diff.w is missing")));
}

}  // namespace
}  // namespace yardstick
