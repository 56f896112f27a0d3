#include "runners/profile/module_paths.h"

#include "tests/runners/profile/block_net.h"

#include <ATen/ATen.h>

#include <gtest/gtest.h>

namespace yardstick {
namespace {

TEST(ModulePathsTest, FindsTheDeepestCommonModule) {
  EXPECT_EQ(common_ancestor("blocks.3.mlp.fc1", "blocks.3.mlp.fc2"), "blocks.3.mlp");
  EXPECT_EQ(common_ancestor("blocks.1.norm", "blocks.10.norm"), "blocks");
  EXPECT_EQ(common_ancestor("blocks.3", "blocks.3.attn.qkv"), "blocks.3");
  EXPECT_EQ(common_ancestor("head", "norm"), "");
  EXPECT_EQ(common_ancestor("", "norm"), "");
}

TEST(ModulePathsTest, TellsWhatLiesWithin) {
  EXPECT_TRUE(is_within("blocks.1.norm", "blocks.1"));
  EXPECT_TRUE(is_within("blocks.1", "blocks.1"));
  EXPECT_TRUE(is_within("blocks.1", ""));
  EXPECT_FALSE(is_within("blocks.10", "blocks.1"));
}

TEST(ModulePathsTest, CutsPathsByDepth) {
  EXPECT_EQ(path_depth(""), 0u);
  EXPECT_EQ(path_depth("blocks.3.attn"), 3u);
  EXPECT_EQ(path_prefix("blocks.3.attn", 0), "");
  EXPECT_EQ(path_prefix("blocks.3.attn", 2), "blocks.3");
  EXPECT_EQ(path_prefix("blocks.3.attn", 7), "blocks.3.attn");
}

TEST(ModulePathsTest, KnowsWhoOwnsATensorAndItsViews) {
  test::BlockNet net;
  const ModulePaths paths(net);
  const auto parameters = net.named_parameters();

  ASSERT_NE(paths.owner_of(parameters["blocks.1.mlp.fc2.weight"]), nullptr);
  EXPECT_EQ(*paths.owner_of(parameters["blocks.1.mlp.fc2.weight"]), "blocks.1.mlp.fc2");
  EXPECT_EQ(*paths.owner_of(parameters["blocks.1.mlp.fc2.weight"].t()[0]), "blocks.1.mlp.fc2");
  EXPECT_EQ(*paths.owner_of(parameters["pos"]), "");
  EXPECT_EQ(paths.owner_of(at::zeros({2})), nullptr);
  EXPECT_EQ(paths.owner_of(at::Tensor()), nullptr);
}

TEST(ModulePathsTest, TakesModulesThatOnlyNumberOthersForContainers) {
  test::BlockNet net;
  const ModulePaths paths(net);

  EXPECT_TRUE(paths.is_container("blocks"));
  EXPECT_FALSE(paths.is_container(""));
  EXPECT_FALSE(paths.is_container("blocks.0"));
  EXPECT_FALSE(paths.is_container("blocks.0.mlp"));
}

}  // namespace
}  // namespace yardstick
