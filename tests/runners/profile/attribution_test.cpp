#include "runners/profile/attribution.h"

#include "tests/runners/profile/block_net.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <gmock/gmock.h>

namespace yardstick {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

class AttributionTest : public testing::Test {
 protected:
  std::vector<std::string> attribute(const ProfiledStep& step) {
    const ModulePaths paths(net_);
    operators_ = record_operators(paths, step);
    return attribute_operators(operators_, paths);
  }

  test::BlockNet net_;
  const at::Tensor input_ = test::block_net_input();
  std::vector<RecordedOperator> operators_;
};

TEST_F(AttributionTest, GivesEachOperatorToItsModule) {
  const c10::InferenceMode inference_mode;

  const auto paths = attribute([&](const EnterPhase&) { net_.forward(input_); });

  EXPECT_THAT(paths, ElementsAre("embed", "",                                     // + pos
                                 "blocks.0.norm", "blocks.0.mlp.fc1",             //
                                 "blocks.0.mlp",                                  // GELU
                                 "blocks.0.mlp.fc2", "blocks.0",                  // the sum
                                 "blocks.1.norm", "blocks.1.mlp.fc1",             //
                                 "blocks.1.mlp", "blocks.1.mlp.fc2", "blocks.1",  //
                                 "",                                              // the mean
                                 "head"));
}

TEST_F(AttributionTest, GivesTheBackwardPassToTheSameModules) {
  const auto paths = attribute([&](const EnterPhase& enter) {
    const at::Tensor loss = net_.forward(input_).square().mean();
    enter(StepPhase::kBackward);
    loss.backward();
  });

  for (std::size_t i = 0; i < operators_.size(); ++i) {
    if (operators_[i].phase != StepPhase::kBackward) continue;
    if (operators_[i].name == "aten::gelu_backward") {
      EXPECT_THAT(paths[i], testing::MatchesRegex("blocks\\.[01]\\.mlp"));
    }
    if (operators_[i].name == "aten::native_layer_norm_backward") {
      EXPECT_THAT(paths[i], testing::MatchesRegex("blocks\\.[01]\\.norm"));
    }
    if (operators_[i].name == "aten::mm") {
      EXPECT_THAT(paths[i], testing::MatchesRegex("embed|head|blocks\\.[01]\\.mlp\\.fc[12]"));
    }
  }
}

TEST_F(AttributionTest, LeavesNothingToAModuleThatOnlyNumbersOthers) {
  const auto paths = attribute([&](const EnterPhase& enter) {
    const at::Tensor loss = net_.forward(input_).square().mean();
    enter(StepPhase::kBackward);
    loss.backward();
  });

  EXPECT_THAT(paths, Not(Contains("blocks")));
}

TEST_F(AttributionTest, LooksForNeighboursInTheSamePhaseOnly) {
  const ModulePaths paths(net_);
  std::vector<RecordedOperator> operators(3);
  operators[0].owner = "head";
  operators[1].phase = StepPhase::kBackward;
  operators[2].phase = StepPhase::kBackward;
  operators[2].owner = "head";

  EXPECT_THAT(attribute_operators(operators, paths), ElementsAre("head", "", "head"));
}

}  // namespace
}  // namespace yardstick
