#include "runners/param_groups.h"

#include "tests/runners/recipes/recipe_data.h"
#include "tests/support/throws_error.h"

#include <ATen/ops/empty.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace yardstick {
namespace {

using nlohmann::json;
using test::Recipe;
using testing::HasSubstr;

GroupRule rule_of(const std::string& name) {
  if (name == "mae param_groups_lrd") return GroupRule::kMae;
  if (name == "mae_st param_groups_lrd") return GroupRule::kMaeSt;
  if (name.find("add_weight_decay") != std::string::npos) return GroupRule::kMaePretrain;
  if (name.starts_with("timm ")) return GroupRule::kTimm;
  EXPECT_TRUE(name.starts_with("slowfast ")) << name;
  return GroupRule::kSlowFast;
}

GroupOptions options_of(const json& one) {
  const json& config = one.at("config");
  return {.weight_decay = config.at("weight_decay"),
          .layer_decay = config.value("layer_decay", 1.0),
          .rule = rule_of(one.at("rule")),
          .depth = config.value("depth", 0),
          .spared = config.value("no_weight_decay_list", std::vector<std::string>{}),
          .min_scale = config.value("min_scale", 0.0),
          .is_1d_decayed = !config.value("zero_wd_1d_param", true),
          .is_bias_wd_on = config.value("bias_wd", false)};
}

std::vector<NamedParameter> parameters_of_case(const json& one) {
  std::vector<NamedParameter> parameters;
  for (const json& parameter : one.at("parameters")) {
    at::Tensor value = at::empty(parameter.at("shape").get<std::vector<std::int64_t>>());
    value.requires_grad_(parameter.at("requires_grad").get<bool>());
    parameters.push_back({parameter.at("name"), value});
  }
  return parameters;
}

void expect_groups(const std::vector<ParamGroup>& ours, const json& theirs) {
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t g = 0; g < ours.size(); ++g) {
    const json& group = theirs[g];
    std::vector<std::string> names;
    for (const NamedParameter& parameter : ours[g].parameters) names.push_back(parameter.name);
    EXPECT_EQ(names, group.at("names").get<std::vector<std::string>>()) << "group " << g;
    EXPECT_EQ(ours[g].weight_decay, group.at("weight_decay").get<double>()) << "group " << g;
    const double scale = group.value("lr_scale", group.value("layer_decay", 1.0));
    EXPECT_EQ(ours[g].lr_scale, scale) << "group " << g;
  }
}

TEST(ParamGroupRecipesTest, EqualTheOfficialGroupsInOrder) {
  for (const Recipe& recipe : test::recipes("schedules/param_groups.json")) {
    for (const json& one : recipe.cases()) {
      SCOPED_TRACE(one.at("name").get<std::string>());

      expect_groups(make_param_groups(parameters_of_case(one), options_of(one)), one.at("groups"));
    }
  }
}

TEST(ParamGroupRecipesTest, CountsTheBlocksWhereNoDepthIsGiven) {
  const Recipe recipe = test::recipes("schedules/param_groups.json").front();
  for (const json& one : recipe.cases()) {
    SCOPED_TRACE(one.at("name").get<std::string>());
    GroupOptions options = options_of(one);
    options.depth = 0;

    expect_groups(make_param_groups(parameters_of_case(one), options), one.at("groups"));
  }
}

TEST(ParamGroupRecipesTest, RefusesLayerDecayWithoutLayers) {
  const std::vector<NamedParameter> parameters{{"fc.weight", at::empty({2, 2}).requires_grad_()}};

  EXPECT_THAT([&] { make_param_groups(parameters, {.layer_decay = 0.5}); },
              test::ThrowsError(ErrorKind::kUser, HasSubstr("blocks.<i>")));
  EXPECT_THAT(
      [&] { make_param_groups(parameters, {.layer_decay = 0.5, .rule = GroupRule::kMaePretrain}); },
      test::ThrowsError(ErrorKind::kUser, HasSubstr("layer_decay")));
}

}  // namespace
}  // namespace yardstick
