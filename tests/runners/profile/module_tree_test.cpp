#include "runners/profile/module_tree.h"

#include <gmock/gmock.h>

namespace yardstick {
namespace {

using testing::ElementsAre;

OperatorCost cost(std::string path, double seconds, std::int64_t macs = 0,
                  StepPhase phase = StepPhase::kForward) {
  return {.name = "aten::op",
          .path = std::move(path),
          .phase = phase,
          .seconds = seconds,
          .macs = macs,
          .allocated_bytes = 8};
}

std::vector<std::string> names(const std::vector<ModuleNode>& nodes) {
  std::vector<std::string> all;
  for (const ModuleNode& node : nodes) all.push_back(node.name);
  return all;
}

TEST(ModuleTreeTest, TotalsAreOwnCostsAndThoseBelow) {
  const ModuleNode tree = build_module_tree(
      std::vector{cost("embed", 1, 10), cost("", 2), cost("blocks.0.norm", 4), cost("blocks.0", 8),
                  cost("blocks.0.norm", 16, 100, StepPhase::kBackward)});

  EXPECT_THAT(names(tree.children), ElementsAre("embed", "blocks"));
  EXPECT_EQ(tree.self.seconds(), 2);
  EXPECT_EQ(tree.total.seconds(), 31);
  EXPECT_EQ(tree.total.backward_s, 16);
  EXPECT_EQ(tree.total.macs, 110);
  EXPECT_EQ(tree.total.operators, 5);
  EXPECT_EQ(tree.total.allocated_bytes, 40);
  const ModuleNode& block = tree.children[1].children[0];
  EXPECT_EQ(block.path, "blocks.0");
  EXPECT_EQ(block.self.forward_s, 8);
  EXPECT_EQ(block.total.forward_s, 12);
}

TEST(ModuleTreeTest, TheUpdateIsTheNetworksOwn) {
  const ModuleNode tree =
      build_module_tree(std::vector{cost("head", 1), cost("head", 2, 0, StepPhase::kUpdate)});

  EXPECT_EQ(tree.self.update_s, 2);
  EXPECT_EQ(tree.children[0].total.seconds(), 1);
}

TEST(ModuleTreeTest, MergesNumberedNeighboursThatAreAlike) {
  const ModuleNode merged = merge_alike(build_module_tree(std::vector{
      cost("blocks.0.fc", 1, 7), cost("blocks.1.fc", 2, 7), cost("blocks.2.fc", 4, 9),
      cost("blocks.3.fc", 8, 9), cost("blocks.4.fc", 16, 9), cost("fc1", 1), cost("fc2", 1)}));

  EXPECT_THAT(names(merged.children), ElementsAre("blocks", "fc1", "fc2"));
  const auto& blocks = merged.children[0].children;
  ASSERT_THAT(names(blocks), ElementsAre("0-1", "2-4"));
  EXPECT_EQ(blocks[1].modules, 3);
  EXPECT_EQ(blocks[1].total.seconds(), 28);
  EXPECT_EQ(blocks[1].children[0].total.macs, 27);
  EXPECT_EQ(merged.total.seconds(), 33);
}

}  // namespace
}  // namespace yardstick
