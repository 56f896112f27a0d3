#include "runners/profile/operator_recorder.h"

#include "runners/mac_counter.h"
#include "runners/numerics.h"
#include "tests/runners/profile/block_net.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>

namespace yardstick {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Optional;

std::vector<std::string> names_of(const std::vector<RecordedOperator>& operators) {
  std::vector<std::string> names;
  for (const RecordedOperator& op : operators) names.push_back(op.name);
  return names;
}

std::int64_t macs_of(const std::vector<RecordedOperator>& operators) {
  return std::accumulate(
      operators.begin(), operators.end(), std::int64_t{0},
      [](std::int64_t sum, const RecordedOperator& op) { return sum + op.macs; });
}

class OperatorRecorderTest : public testing::Test {
 protected:
  std::vector<RecordedOperator> record_training() {
    return record_operators(ModulePaths(net_), [&](const EnterPhase& enter) {
      const at::Tensor loss = net_.forward(input_).square().mean();
      enter(StepPhase::kBackward);
      loss.backward();
    });
  }

  test::BlockNet net_;
  const at::Tensor input_ = test::block_net_input(2);
};

TEST_F(OperatorRecorderTest, NamesTheOutermostOperatorsInOrder) {
  const c10::InferenceMode inference_mode;
  const auto operators =
      record_operators(ModulePaths(net_), [&](const EnterPhase&) { net_.forward(input_); });

  EXPECT_THAT(
      names_of(operators),
      ElementsAre("aten::linear", "aten::add", "aten::layer_norm", "aten::linear", "aten::gelu",
                  "aten::linear", "aten::add", "aten::layer_norm", "aten::linear", "aten::gelu",
                  "aten::linear", "aten::add", "aten::mean", "aten::linear"));
  EXPECT_THAT(operators[3].owner, Optional(std::string("blocks.0.mlp.fc1")));
  EXPECT_EQ(operators[4].owner, std::nullopt);
  EXPECT_THAT(operators[4].producers, ElementsAre(3u));
  EXPECT_THAT(operators[6].producers, ElementsAre(1u, 5u));  // the sum of a block
}

TEST_F(OperatorRecorderTest, CountsAsTheMacCounterDoes) {
  const c10::InferenceMode inference_mode;
  const auto forward = [&] { net_.forward(input_); };

  const auto operators = record_operators(ModulePaths(net_), [&](const EnterPhase&) { forward(); });

  EXPECT_EQ(macs_of(operators), 2 * test::kBlockNetMacs);
  EXPECT_EQ(macs_of(operators), count_macs(forward).total);
  EXPECT_EQ(operators[0].macs, 2 * test::kBlockNetTokens * 4 * 8);
}

TEST_F(OperatorRecorderTest, AddsUpWhatTheAllocatorHandsOut) {
  const c10::InferenceMode inference_mode;
  const at::Tensor a = at::randn({1000});

  const auto operators = record_operators(ModulePaths(net_), [&](const EnterPhase&) {
    at::Tensor b = a + a;
    b.view({10, 100});
  });

  ASSERT_EQ(operators.size(), 2u);
  EXPECT_EQ(operators[0].allocated_bytes, 4000);
  EXPECT_EQ(operators[1].allocated_bytes, 0);
}

TEST_F(OperatorRecorderTest, LeadsTheBackwardPassBackToItsOperators) {
  const auto operators = record_training();

  const auto first_backward =
      std::find_if(operators.begin(), operators.end(),
                   [](const RecordedOperator& op) { return op.phase == StepPhase::kBackward; });
  ASSERT_NE(first_backward, operators.end());
  std::int64_t gelu_gradients = 0;
  std::int64_t weight_products = 0;
  for (auto op = first_backward; op != operators.end(); ++op) {
    EXPECT_EQ(op->phase, StepPhase::kBackward) << op->name;
    if (op->name == "aten::gelu_backward") {
      ASSERT_TRUE(op->is_backward_of);
      EXPECT_EQ(operators[*op->is_backward_of].name, "aten::gelu");
      ++gelu_gradients;
    }
    if (op->name == "aten::mm") {
      ASSERT_TRUE(op->is_backward_of);
      EXPECT_EQ(operators[*op->is_backward_of].name, "aten::linear");
      ++weight_products;
    }
  }
  EXPECT_EQ(gelu_gradients, 2);
  EXPECT_EQ(weight_products, 11);  // two a linear layer, but the input needs no gradient
}

TEST_F(OperatorRecorderTest, KnowsWeightsThatAutocastHasCast) {
  const at::NoGradGuard no_grad;
  const AutocastScope autocast(c10::DeviceType::CPU, Precision::kBf16);

  const auto operators =
      record_operators(ModulePaths(net_), [&](const EnterPhase&) { net_.forward(input_); });

  std::vector<std::string> owners;
  for (const RecordedOperator& op : operators) {
    if (op.name == "aten::linear" && op.owner) owners.push_back(*op.owner);
  }
  EXPECT_THAT(owners, ElementsAre("embed", "blocks.0.mlp.fc1", "blocks.0.mlp.fc2",
                                  "blocks.1.mlp.fc1", "blocks.1.mlp.fc2", "head"));
}

TEST_F(OperatorRecorderTest, TimesTheOperatorsThatItDescribes) {
  const c10::InferenceMode inference_mode;
  const ProfiledStep step = [&](const EnterPhase&) { net_.forward(input_); };
  const auto described = record_operators(ModulePaths(net_), step);

  const auto timed = time_operators(/*marks=*/nullptr, step);

  ASSERT_EQ(timed.size(), described.size());
  double last_end_s = 0;
  for (std::size_t i = 0; i < timed.size(); ++i) {
    EXPECT_EQ(timed[i].name, described[i].name);
    EXPECT_GT(timed[i].seconds, 0);
    EXPECT_GE(timed[i].start_s, last_end_s);
    last_end_s = timed[i].start_s + timed[i].seconds;
  }
}

TEST_F(OperatorRecorderTest, SeesNothingOutsideOfItsStep) {
  const auto operators = record_operators(ModulePaths(net_), [](const EnterPhase&) {});
  net_.forward(input_);

  EXPECT_TRUE(operators.empty());
}

}  // namespace
}  // namespace yardstick
