#include "runners/mixup.h"

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
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<Recipe> mixup_recipes() {
  return test::recipes("mixup/mixup.json", "mixup/tensors.safetensors");
}

MixupConfig config_of(const json& one) {
  static const std::map<std::string, MixupMode> kModes{{"batch", MixupMode::kBatch},
                                                       {"pair", MixupMode::kPair},
                                                       {"elem", MixupMode::kElem},
                                                       {"half", MixupMode::kHalf}};
  const json& config = one.at("config");
  MixupConfig made{
      .mixup_alpha = config.at("mixup_alpha"),
      .cutmix_alpha = config.value("cutmix_alpha", 0.0),
      .cutmix_minmax = {},
      .probability = config.value("prob", 1.0),
      .mode = kModes.at(one.at("mode")),
      .box_rule = one.at("box_rule") == "lower half" ? BoxRule::kLowerHalf : BoxRule::kUpperHalf,
      .correct_share = config.value("correct_lam", true),
      .label_smoothing = config.at("label_smoothing"),
      .classes = config.at("num_classes")};
  const json& minmax = config.at("cutmix_minmax");
  if (!minmax.is_null()) made.cutmix_minmax = {minmax[0], minmax[1]};
  return made;
}

// The draws that the official code made, in ours' form.
std::vector<MixupDraw> draws_of(const json& one, const MixupConfig& config) {
  std::vector<MixupDraw> draws;
  const json& gates = one.at("gate_uniform");
  std::size_t taken = 0;
  for (std::size_t i = 0; i < one.at("lam_drawn").size(); ++i) {
    MixupDraw& draw = draws.emplace_back();
    const double gate = gates.is_null() ? 0 : (gates.is_array() ? gates[i] : gates).get<double>();
    if (gate >= config.probability) continue;
    draw.share = one.at("lam_drawn")[i];
    draw.is_cut = one.at("use_cutmix")[i];
    if (!draw.is_cut) continue;
    const std::size_t numbers = config.cutmix_minmax ? 4 : 2;
    for (std::size_t n = 0; n < numbers; ++n) draw.position[n] = one.at("randint_draws")[taken++];
  }
  EXPECT_EQ(taken, one.at("randint_draws").size());
  return draws;
}

TEST(MixupTest, EqualsTimmsImagesAndTargets) {
  for (const Recipe& recipe : mixup_recipes()) {
    for (const json& one : recipe.cases()) {
      const auto name = one.at("name").get<std::string>();
      SCOPED_TRACE(name);
      const MixupConfig config = config_of(one);
      const at::Tensor images = recipe.tensor(name + ".in.images");
      const at::Tensor before = images.clone();

      const MixedBatch mixed =
          mix(images, recipe.tensor(name + ".in.labels"), config, draws_of(one, config));

      expect_close(mixed.targets, recipe.tensor(name + ".out.targets"), one, "targets");
      if (images.scalar_type() == at::kByte) {
        EXPECT_TRUE(at::equal(mixed.images, recipe.tensor(name + ".out.images")));
      } else {
        expect_close(mixed.images, recipe.tensor(name + ".out.images"), one, "images");
      }
      EXPECT_TRUE(at::equal(images, before));
    }
  }
}

TEST(MixupTest, BoxesFollowBothRules) {
  for (const Recipe& recipe : test::recipes("mixup/cutmix_boxes.json")) {
    for (const json& row : recipe.json().at("rows")) {
      for (const auto& [column, rule] :
           {std::pair{5, BoxRule::kUpperHalf}, std::pair{6, BoxRule::kLowerHalf}}) {
        const json& theirs = row[static_cast<std::size_t>(column)];
        const CutBox box = cutmix_box(row[0], row[1], row[2], row[3], row[4], rule);

        EXPECT_THAT((std::vector<std::int64_t>{box.y0, box.y1, box.x0, box.x1}),
                    ElementsAre(theirs[0], theirs[1], theirs[2], theirs[3]))
            << row;
        EXPECT_DOUBLE_EQ(box.share, theirs[4].get<double>()) << row;
      }
    }
  }
}

TEST(MixupTest, RefusesAnOddBatch) {
  EXPECT_THAT([] { mix(at::zeros({3, 1, 2, 2}), at::zeros({3}, at::kLong), {.classes = 2}, {{}}); },
              test::ThrowsError(ErrorKind::kUser, HasSubstr("even batch, not 3")));
}

// Numbers in turn, for "mixup" and nothing else.
class GivenDraws : public RandomDraws {
 public:
  explicit GivenDraws(std::vector<double> numbers) : numbers_(std::move(numbers)) {}

  at::Tensor uniform(std::string_view, at::IntArrayRef, c10::Device) override {
    ADD_FAILURE() << "no tensor was expected";
    return {};
  }
  double uniform(std::string_view purpose) override {
    EXPECT_EQ(purpose, "mixup");
    EXPECT_LT(taken_, numbers_.size());
    return numbers_.at(taken_++);
  }
  bool is_used_up() const { return taken_ == numbers_.size(); }

 private:
  std::vector<double> numbers_;
  std::size_t taken_ = 0;
};

// With alpha 1 a share is the uniform number itself.
constexpr MixupShape kShape{.batch = 4, .height = 8, .width = 10};

TEST(DrawMixupTest, DrawsGateSwitchShareAndBoxForABatch) {
  const MixupConfig config{.mixup_alpha = 1, .probability = 0.5, .classes = 2};
  GivenDraws draws({0.2, 0.4, 0.3, 0.5, 0.99});

  const auto all = draw_mixup(config, kShape, draws);

  ASSERT_EQ(all.size(), 1u);
  EXPECT_TRUE(all[0].is_cut);
  EXPECT_NEAR(all[0].share, 0.3, 1e-15);
  EXPECT_EQ(all[0].position[0], 4);
  EXPECT_EQ(all[0].position[1], 9);
  EXPECT_TRUE(draws.is_used_up());
}

TEST(DrawMixupTest, DrawsNothingMoreBehindAClosedGate) {
  GivenDraws draws({0.5});

  const auto all = draw_mixup({.probability = 0.5, .classes = 2}, kShape, draws);

  EXPECT_EQ(all[0].share, 1);
  EXPECT_TRUE(draws.is_used_up());
}

TEST(DrawMixupTest, DrawsSwitchesBothSetsOfSharesAndGatesForSamples) {
  const MixupConfig config{
      .mixup_alpha = 1, .probability = 0.5, .mode = MixupMode::kElem, .classes = 2};
  GivenDraws draws({0.1, 0.9, 0.1, 0.9,      // switches: cut, mix, cut, mix
                    0.21, 0.22, 0.23, 0.24,  // of CutMix
                    0.31, 0.32, 0.33, 0.34,  // of mixup
                    0.1, 0.1, 0.9, 0.9,      // gates: the first two are mixed
                    0.25, 0.75});            // box of the first

  const auto all = draw_mixup(config, kShape, draws);

  ASSERT_EQ(all.size(), 4u);
  EXPECT_NEAR(all[0].share, 0.21, 1e-15);
  EXPECT_EQ(all[0].position[0], 2);
  EXPECT_EQ(all[0].position[1], 7);
  EXPECT_NEAR(all[1].share, 0.32, 1e-15);
  EXPECT_FALSE(all[1].is_cut);
  EXPECT_EQ(all[2].share, 1);
  EXPECT_EQ(all[3].share, 1);
  EXPECT_TRUE(draws.is_used_up());
}

TEST(DrawMixupTest, DrawsNoSwitchWhereOnlyOneIsOn) {
  GivenDraws mixup({0.0, 0.7}), cutmix({0.0, 0.7, 0.0, 0.0});

  EXPECT_FALSE(
      draw_mixup({.mixup_alpha = 1, .cutmix_alpha = 0, .classes = 2}, kShape, mixup)[0].is_cut);
  EXPECT_TRUE(
      draw_mixup({.mixup_alpha = 0, .cutmix_alpha = 1, .classes = 2}, kShape, cutmix)[0].is_cut);
  EXPECT_TRUE(mixup.is_used_up());
  EXPECT_TRUE(cutmix.is_used_up());
}

TEST(DrawMixupTest, DrawsSidesAndCornerOfAMinMaxBox) {
  GivenDraws draws({0.0, 0.5, 0.999, 0.0, 0.999, 0.0});
  const MixupConfig config{.mixup_alpha = 0,
                           .cutmix_alpha = 0,
                           .cutmix_minmax = {{0.25, 0.75}},
                           .box_rule = BoxRule::kUpperHalf,
                           .classes = 2};

  const auto all = draw_mixup(config, kShape, draws);

  EXPECT_THAT(all[0].position, ElementsAre(5, 2, 3, 0));
  EXPECT_TRUE(draws.is_used_up());
}

TEST(DrawMixupTest, SharesHaveTheBetaDistributionsMeanAndVariance) {
  constexpr std::size_t kCount = 4000;
  std::vector<double> numbers;
  for (std::size_t i = 0; i < kCount; ++i) {
    numbers.push_back((static_cast<double>(i) + 0.5) / kCount);  // shares
  }
  numbers.insert(numbers.end(), kCount, 0.0);  // gates
  GivenDraws draws(numbers);
  const MixupConfig config{
      .mixup_alpha = 0.8, .cutmix_alpha = 0, .mode = MixupMode::kElem, .classes = 2};

  double sum = 0, squares = 0;
  for (const MixupDraw& one : draw_mixup(config, {.batch = kCount}, draws)) {
    sum += one.share;
    squares += (one.share - 0.5) * (one.share - 0.5);
  }

  EXPECT_NEAR(sum / kCount, 0.5, 1e-6);
  EXPECT_NEAR(squares / kCount, 1 / (4 * (2 * 0.8 + 1)), 1e-4);
}

}  // namespace
}  // namespace yardstick
