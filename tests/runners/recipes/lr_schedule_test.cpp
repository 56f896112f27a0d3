#include "runners/lr_schedule.h"

#include "tests/runners/recipes/recipe_data.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <cmath>

namespace yardstick {
namespace {

using nlohmann::json;
using test::Recipe;

void expect_rate(double ours, double theirs, const std::string& where) {
  EXPECT_NEAR(ours, theirs, 1e-15 + 1e-12 * std::abs(theirs)) << where;
}

// Each group's rates against `schedule` times its scale.
template <typename Clock>
void expect_rates(const LrSchedule& schedule, const json& one, const json& scales,
                  const Clock& clock) {
  const json& groups = one.at("lr");
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const double scale = scales[g].is_null() ? 1.0 : scales[g].get<double>();
    for (std::size_t i = 0; i < groups[g].size(); ++i) {
      expect_rate(schedule.at(clock(i)) * scale, groups[g][i],
                  "group " + std::to_string(g) + " step " + std::to_string(i));
    }
  }
}

void expect_mae(const json& one) {
  const json& config = one.at("config");
  const LrSchedule schedule{.lr = config.at("lr"),
                            .min_lr = config.at("min_lr"),
                            .warmup_epochs = config.at("warmup_epochs"),
                            .epochs = config.at("epochs")};
  const std::size_t per_epoch = config.at("iterations_per_epoch");
  const std::size_t accumulate = config.at("accum_iter");
  expect_rates(schedule, one, config.at("lr_scales"), [&](std::size_t i) {
    const std::size_t read = i % per_epoch / accumulate * accumulate;
    return static_cast<double>(i / per_epoch) +
           static_cast<double>(read) / static_cast<double>(per_epoch);
  });
}

void expect_timm(const json& one) {
  const json& config = one.at("config");
  LrSchedule schedule{.lr = config.at("lr"),
                      .min_lr = config.at("lr_min"),
                      .warmup_epochs = config.value("warmup_t", 0.0),
                      .epochs = config.at("t_initial"),
                      .rule = LrRule::kTimmCosine,
                      .warmup_lr = config.value("warmup_lr_init", 0.0),
                      .is_per_epoch = config.value("t_in_epochs", true),
                      .is_warmup_prefix = config.value("warmup_prefix", false),
                      .cycle_mul = config.value("cycle_mul", 1.0),
                      .cycle_decay = config.value("cycle_decay", 1.0),
                      .cycle_limit = config.value("cycle_limit", 1),
                      .k_decay = config.value("k_decay", 1.0)};
  EXPECT_EQ(schedule.length(), one.at("cycle_length").get<double>());
  const auto clock = [&](std::size_t i) { return one.at("t")[i].get<double>(); };
  if (config.at("lr_last_group").is_null()) {
    expect_rates(schedule, one, config.at("lr_scales"), clock);
    expect_rate(schedule.at(0), one.at("lr_after_construction")[0], "at construction");
    return;
  }
  // Groups with a peak of their own are schedules of their own.
  for (std::size_t i = 0; i < one.at("t").size(); ++i) {
    expect_rate(schedule.at(clock(i)), one.at("lr")[0][i], "first group");
  }
  schedule.lr = config.at("lr_last_group");
  for (std::size_t i = 0; i < one.at("t").size(); ++i) {
    expect_rate(schedule.at(clock(i)), one.at("lr")[1][i], "last group");
  }
}

void expect_timm_factory(const json& one) {
  const json& config = one.at("config");
  const bool is_by_epoch = config.value("step_on_epochs", true);
  const LrSchedule schedule{.lr = config.at("lr"),
                            .min_lr = config.at("min_lr"),
                            .warmup_epochs = config.at("warmup_epochs"),
                            .epochs = config.at("num_epochs"),
                            .rule = LrRule::kTimmCosine,
                            .warmup_lr = config.at("warmup_lr"),
                            .is_per_epoch = is_by_epoch,
                            .is_warmup_prefix = config.value("warmup_prefix", false),
                            .cycle_decay = 0.1};
  EXPECT_EQ(schedule.length() + config.value("cooldown_epochs", 0.0),
            one.at("total_epochs").get<double>());
  expect_rate(schedule.at(0), one.at("lr_after_construction"), "at construction");
  const double per_epoch = is_by_epoch ? 1.0 : config.at("updates_per_epoch").get<double>();
  expect_rates(schedule, one, json::array({nullptr}),
               [&](std::size_t i) { return one.at("t")[i].get<double>() / per_epoch; });
}

void expect_slowfast(const json& one) {
  const json& config = one.at("config");
  const LrSchedule schedule{.lr = config.at("BASE_LR"),
                            .min_lr = config.at("COSINE_END_LR"),
                            .warmup_epochs = config.at("WARMUP_EPOCHS"),
                            .epochs = config.at("MAX_EPOCH"),
                            .rule = LrRule::kSlowfastCosine,
                            .warmup_lr = config.at("WARMUP_START_LR"),
                            .is_cosine_after_warmup = config.at("COSINE_AFTER_WARMUP")};
  expect_rates(schedule, one, json::array({nullptr}),
               [&](std::size_t i) { return one.at("epoch")[i].get<double>(); });
}

TEST(LrScheduleRecipesTest, EqualTheOfficialOnesAtEveryStep) {
  for (const Recipe& recipe : test::recipes("schedules/lr.json")) {
    for (const json& one : recipe.cases()) {
      SCOPED_TRACE(one.at("name").get<std::string>());
      const auto kind = one.at("kind").get<std::string>();
      if (kind == "mae_cosine") {
        expect_mae(one);
      } else if (kind == "timm_cosine") {
        expect_timm(one);
      } else if (kind == "timm_cosine_factory") {
        expect_timm_factory(one);
      } else {
        ASSERT_EQ(kind, "slowfast_cosine");
        expect_slowfast(one);
      }
    }
  }
}

TEST(LrScheduleRecipesTest, ScalesTheBaseRateBySamplesOfAStep) {
  for (const Recipe& recipe : test::recipes("schedules/lr.json")) {
    for (const json& one : recipe.json().at("lr_from_base")) {
      std::int64_t samples = 1;
      for (const char* factor : {"batch_size", "accum_iter", "world_size", "repeat_aug"}) {
        samples *= one.at(factor).get<std::int64_t>();
      }
      expect_rate(scaled_lr(one.at("blr"), samples), one.at("lr"), one.dump());
    }
  }
}

}  // namespace
}  // namespace yardstick
