#include "models/layers/residual.h"
#include "tests/runners/recipes/recipe_data.h"

#include <ATen/ATen.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace yardstick {
namespace {

using nlohmann::json;
using test::expect_close;
using test::Recipe;

std::vector<Recipe> drop_path_recipes() {
  return test::recipes("drop_path/drop_path.json", "drop_path/tensors.safetensors");
}

TEST(DropPathRecipesTest, EqualsTheOfficialOutputsAndGradientsAtTheSameDraws) {
  for (const Recipe& recipe : drop_path_recipes()) {
    for (const json& one : recipe.cases()) {
      // Evaluation mode is the blocks' business.
      if (!one.value("training", true)) continue;
      const auto name = one.at("name").get<std::string>();
      SCOPED_TRACE(name);
      const bool is_slowfast = recipe.tensors.contains(name + ".out.keep");
      const double rate = one.at("drop_prob");
      at::Tensor x = recipe.tensor(name + ".in.x").clone().requires_grad_();
      const at::Tensor keep = recipe.tensor(name + (is_slowfast ? ".out.keep" : ".in.keep"));

      // timm asks for no draw at rate 0; scale_by_keep off is what a rate of 0 does to its draws.
      const at::Tensor y =
          rate == 0 ? x : layers::drop_path(x, one.value("scale_by_keep", true) ? rate : 0.0, keep);
      expect_close(y.detach(), recipe.tensor(name + ".out.y"), one, "output");
      if (is_slowfast) continue;  // the case has no gradient

      y.mul(recipe.tensor(name + ".in.cotangent")).sum().backward();
      expect_close(x.grad(), recipe.tensor(name + ".grad.x"), one, "gradient");
    }
  }
}

TEST(DropPathRecipesTest, RatesEqualTheOfficialOnesExactly) {
  for (const Recipe& recipe : drop_path_recipes()) {
    for (const json& one : recipe.json().at("rates")) {
      if (!one.contains("per_block")) continue;  // by stage: the same rates again
      const json& depths = one.at("depths");
      std::int64_t depth = 0;
      for (const json& stage : depths.is_array() ? depths : json::array({depths})) {
        depth += stage.get<std::int64_t>();
      }

      EXPECT_EQ(layers::drop_path_rates(one.at("rate"), depth),
                one.at("per_block").get<std::vector<double>>())
          << one.at("rate") << " over " << depths;
    }
  }
}

}  // namespace
}  // namespace yardstick
