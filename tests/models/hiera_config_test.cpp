#include "models/hiera/hiera_config.h"

#include <gmock/gmock.h>

namespace yardstick {
namespace {

using testing::ElementsAre;
using testing::Eq;
using testing::HasSubstr;
using testing::Optional;

template <typename Field>
auto column(const std::vector<HieraBlockConfig>& blocks, Field field) {
  std::vector<std::int64_t> values;
  for (const HieraBlockConfig& block : blocks) values.push_back(block.*field);
  return values;
}

TEST(PlanBlocksTest, AttendsAtTransitionsInTheModeOfTheStageBefore) {
  HieraConfig config;
  config.stages = {1, 2, 2, 1};

  const auto blocks = plan_blocks(config);

  EXPECT_THAT(column(blocks, &HieraBlockConfig::window), ElementsAre(64, 16, 16, 4, 0, 0));
  EXPECT_THAT(column(blocks, &HieraBlockConfig::pool_stride), ElementsAre(1, 4, 1, 4, 1, 4));
  EXPECT_THAT(column(blocks, &HieraBlockConfig::width_in), ElementsAre(96, 96, 192, 192, 384, 384));
  EXPECT_THAT(column(blocks, &HieraBlockConfig::width_out),
              ElementsAre(96, 192, 192, 384, 384, 768));
  EXPECT_THAT(column(blocks, &HieraBlockConfig::heads), ElementsAre(1, 2, 2, 4, 4, 8));
}

TEST(PlanBlocksTest, StopsPoolingButNotWidening) {
  HieraConfig config;
  config.stages = {1, 1, 1, 1};
  config.pooled_stages = 2;

  const auto blocks = plan_blocks(config);

  EXPECT_THAT(column(blocks, &HieraBlockConfig::pool_stride), ElementsAre(1, 4, 4, 1));
  EXPECT_THAT(column(blocks, &HieraBlockConfig::width_out), ElementsAre(96, 192, 384, 768));
}

TEST(HieraConfigTest, DefaultsAreHieraBase) {
  EXPECT_THAT(problem_of(HieraConfig{}), Eq(std::nullopt));
}

TEST(HieraConfigTest, ExplainsWhatDoesNotFit) {
  HieraConfig odd;
  odd.input = {224, 232};
  HieraConfig heads;
  heads.heads = 5;
  HieraConfig pools;
  pools.pooled_stages = 4;
  HieraConfig clip;
  clip.input = {16, 224, 224};
  HieraConfig kernel;
  kernel.patch_padding = {0, 0};
  HieraConfig window;
  window.mask_unit = {4, 4};
  window.is_windowed = {true, true, true, true};

  EXPECT_THAT(problem_of(odd), Optional(HasSubstr("232 is no multiple of 32")));
  EXPECT_THAT(problem_of(heads), Optional(HasSubstr("5 heads")));
  EXPECT_THAT(problem_of(pools), Optional(HasSubstr("4 pooling transitions")));
  EXPECT_THAT(problem_of(clip), Optional(HasSubstr("3 dimensions")));
  EXPECT_THAT(problem_of(kernel), Optional(HasSubstr("56 tokens")));
  EXPECT_THAT(problem_of(window), Optional(HasSubstr("window without tokens")));
}

}  // namespace
}  // namespace yardstick
