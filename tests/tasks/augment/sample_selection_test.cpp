#include "tasks/io/sample_selection.h"

#include "tests/support/throws_error.h"
#include "tests/tasks/augment/recipe_goldens.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace yardstick {
namespace {

using nlohmann::json;
using Positions = std::vector<std::int64_t>;

TEST(RepeatedOrderTest, DealsOutWhatTimmsSamplerDealsOut) {
  int orders = 0;
  for (const std::string& folder : test::recipe_folders("repeated_augmentation")) {
    const json all = test::read_json(folder + "/repeated_augmentation.json")["cases"];
    for (const json& one : all) {
      const auto permutation = one["permutation"].get<Positions>();
      Repetition repetition{
          .repeats = one["num_repeats"],
          .ranks = one["num_replicas"],
          .rounded_to = one["selected_round"],
          .share = one["selected_ratio"].is_null() ? 0 : one["selected_ratio"].get<std::int64_t>()};
      for (const json& wanted : one["timm"]) {
        EXPECT_EQ(repeated_order(permutation, repetition), wanted.get<Positions>())
            << folder << " rank " << repetition.rank;
        ++repetition.rank;
        ++orders;
      }
    }
  }
  EXPECT_GE(orders, 15);
}

TEST(RepeatedOrderTest, RoundsALargeEpochDownTo256) {
  EXPECT_EQ(repeated_length(5000, {}), 4864);
  EXPECT_EQ(repeated_length(255, {}), 255);
}

class FewOfEachClassTest : public testing::Test {
 protected:
  FewOfEachClassTest() {
    for (int i = 0; i < 60; ++i) samples_.push_back({.name = std::to_string(i), .target = i % 3});
  }
  Positions few(std::int64_t per_class, std::uint64_t seed) const {
    return few_of_each_class(samples_, classes_, per_class, seed);
  }

  std::vector<Sample> samples_;
  std::vector<std::string> classes_ = {"ant", "bee", "cow"};
};

TEST_F(FewOfEachClassTest, TakesExactlyThatManyOfEachInOrder) {
  const Positions chosen = few(4, 7);

  std::vector<int> counts(3);
  for (const std::int64_t position : chosen) ++counts[samples_[position].target];
  EXPECT_EQ(counts, (std::vector<int>{4, 4, 4}));
  EXPECT_TRUE(std::is_sorted(chosen.begin(), chosen.end()));
  EXPECT_EQ(std::adjacent_find(chosen.begin(), chosen.end()), chosen.end());
}

TEST_F(FewOfEachClassTest, DependsOnTheSeedAlone) {
  EXPECT_EQ(few(4, 7), few(4, 7));
  EXPECT_NE(few(4, 7), few(4, 8));
}

TEST_F(FewOfEachClassTest, ASmallerChoiceIsPartOfALargerOne) {
  const Positions small = few(3, 7);
  const Positions large = few(9, 7);

  EXPECT_TRUE(std::includes(large.begin(), large.end(), small.begin(), small.end()));
}

TEST_F(FewOfEachClassTest, NamesTheClassThatHasTooFew) {
  samples_.pop_back();

  EXPECT_THAT(
      [&] { few(20, 7); },
      test::ThrowsError(ErrorKind::kUser, testing::HasSubstr("class cow has 19 images, not 20")));
}

}  // namespace
}  // namespace yardstick
