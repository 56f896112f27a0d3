#include "runners/ema.h"

#include "tests/runners/recipes/recipe_data.h"
#include "tests/support/throws_error.h"

#include <yardstick/weights.h>

#include <ATen/ATen.h>
#include <torch/nn/module.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <map>

namespace yardstick {
namespace {

using nlohmann::json;
using test::expect_close;
using test::Recipe;
using testing::HasSubstr;

std::vector<Recipe> ema_recipes() {
  return test::recipes("ema/ema.json", "ema/tensors.safetensors");
}

// A network of the recipes' entries: all parameters, but for the running statistics.
class Network : public torch::nn::Module {
 public:
  explicit Network(const Recipe& recipe) {
    constexpr std::string_view kIn = "in.model.";
    std::map<std::string, std::shared_ptr<torch::nn::Module>> layers;
    for (const auto& [key, tensor] : recipe.tensors) {
      if (!key.starts_with(kIn)) continue;
      const std::string layer = key.substr(kIn.size(), key.find('.', kIn.size()) - kIn.size());
      const std::string leaf = key.substr(key.rfind('.') + 1);
      if (!layers.contains(layer)) {
        layers[layer] = register_module(layer, std::make_shared<torch::nn::Module>());
      }
      if (leaf.starts_with("running") || leaf.starts_with("num_")) {
        layers[layer]->register_buffer(leaf, tensor[0].clone());
      } else {
        layers[layer]->register_parameter(leaf, tensor[0].clone());
      }
    }
  }

  // Becomes the model at update `t`, 0 being the one before the first.
  void become(const Recipe& recipe, std::int64_t t) {
    const at::NoGradGuard no_grad;
    for (const auto& [name, tensor] : state_of(*this)) {
      at::Tensor(tensor).copy_(recipe.tensor("in.model." + name)[t]);
    }
  }
};

EmaOptions options_of(const json& config, const std::string& version) {
  EmaOptions options;
  options.version = version == "ModelEmaV2" ? EmaVersion::kV2 : EmaVersion::kV3;
  options.decay = config.value("decay", options.decay);
  options.min_decay = config.value("min_decay", options.min_decay);
  options.update_after_step = config.value("update_after_step", options.update_after_step);
  options.use_warmup = config.value("use_warmup", options.use_warmup);
  options.warmup_gamma = config.value("warmup_gamma", options.warmup_gamma);
  options.warmup_power = config.value("warmup_power", options.warmup_power);
  options.exclude_buffers = config.value("exclude_buffers", options.exclude_buffers);
  return options;
}

TEST(EmaTest, EqualsTimmsAfterEveryUpdate) {
  for (const Recipe& recipe : ema_recipes()) {
    for (const json& one : recipe.cases()) {
      const auto name = one.at("name").get<std::string>();
      SCOPED_TRACE(name);
      Network network(recipe);
      ModelEma ema(network, options_of(one.at("config"), one.at("version")));
      const json& numbers = one.at("step_numbers");
      const std::int64_t updates = recipe.json().at("updates");
      for (std::int64_t t = 1; t <= updates; ++t) {
        network.become(recipe, t);
        const auto index = static_cast<std::size_t>(t - 1);
        std::optional<std::int64_t> step;
        if (!numbers.is_null()) step = numbers[index].get<std::int64_t>();
        EXPECT_DOUBLE_EQ(ema.decay_at(step), one.at("decay_used")[index].get<double>());

        ema.update(step);
        if (one.at("set_after_update") == t) ema.set();

        for (const auto& [key, average] : ema.state()) {
          const at::Tensor theirs = recipe.tensor(name + ".out." + key)[t - 1];
          ASSERT_EQ(average.scalar_type(), theirs.scalar_type()) << key;
          expect_close(average, theirs, one, key + " after update " + std::to_string(t));
        }
      }
    }
  }
}

TEST(EmaTest, DecayFollowsTimmsTable) {
  for (const Recipe& recipe : ema_recipes()) {
    Network network(recipe);
    for (const json& one : recipe.json().at("decay_table")) {
      const ModelEma ema(network, options_of(one.at("config"), "ModelEmaV3"));
      const json& steps = one.at("step");
      for (std::size_t i = 0; i < steps.size(); ++i) {
        EXPECT_DOUBLE_EQ(ema.decay_at(steps[i].get<std::int64_t>()), one.at("decay")[i])
            << one.at("config") << " step " << steps[i];
      }
    }
  }
}

TEST(EmaTest, ExchangeLendsTheAverageToTheModuleAndTakesItBack) {
  const Recipe recipe = ema_recipes().front();
  Network network(recipe);
  ModelEma ema(network, {.decay = 0.5});
  network.become(recipe, 1);
  ema.update();
  const at::Tensor handle = network.named_parameters()["0.weight"];
  const at::Tensor own = handle.detach().clone();
  const at::Tensor average = ema.state().at("0.weight").clone();

  ema.exchange();
  EXPECT_TRUE(at::equal(handle.detach(), average));
  EXPECT_TRUE(handle.requires_grad());

  ema.exchange();
  EXPECT_TRUE(at::equal(handle.detach(), own));
  EXPECT_TRUE(at::equal(ema.state().at("0.weight"), average));
}

class Tied : public torch::nn::Module {
 public:
  Tied() {
    at::Tensor weight = register_parameter("a", at::ones({2}));
    register_module("other", std::make_shared<torch::nn::Module>())
        ->register_parameter("b", weight);
  }
};

TEST(EmaTest, TiedWeightsAreAveragedOnceAndHaveBothNames) {
  Tied network;
  ModelEma ema(network, {.decay = 0.5});
  {
    const at::NoGradGuard no_grad;
    network.parameters()[0].fill_(3);
  }

  ema.update();
  ema.exchange();
  ema.exchange();

  EXPECT_TRUE(at::equal(ema.state().at("a"), at::full({2}, 2.0)));
  EXPECT_TRUE(at::equal(ema.state().at("other.b"), at::full({2}, 2.0)));
  EXPECT_TRUE(at::equal(network.parameters()[0].detach(), at::full({2}, 3.0)));
}

TEST(EmaTest, LoadsItsStateAndRefusesAnothers) {
  const Recipe recipe = ema_recipes().front();
  Network network(recipe);
  ModelEma ema(network, {.decay = 0.5}), other(network, {.decay = 0.5});
  network.become(recipe, 2);
  ema.update();

  other.load(ema.state());

  EXPECT_TRUE(at::equal(other.state().at("1.running_mean"), ema.state().at("1.running_mean")));
  TensorMap short_state = ema.state();
  short_state.erase("0.bias");
  EXPECT_THAT([&] { other.load(short_state); },
              test::ThrowsError(ErrorKind::kData, HasSubstr("averaged weight 0.bias is missing")));
}

}  // namespace
}  // namespace yardstick
