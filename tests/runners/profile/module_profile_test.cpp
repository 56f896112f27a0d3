#include "runners/profile/module_profile.h"

#include "tests/runners/profile/block_net.h"
#include "tests/runners/run_fixture.h"
#include "tests/support/throws_error.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <gmock/gmock.h>

namespace yardstick {
namespace {

using testing::HasSubstr;

class ModuleProfileTest : public testing::Test {
 protected:
  ModuleProfile profile(const ProfiledStep& step, StopRequested stop = {}) {
    const JobContext context = bench_.context(std::move(stop));
    return profile_modules(net_, step, {.warmup_steps = 1, .steps = 4}, context.device,
                           context.progress, context.stop);
  }

  test::RunBench bench_;
  test::BlockNet net_;
  const at::Tensor input_ = test::block_net_input(1);
};

TEST_F(ModuleProfileTest, PutsEveryOperatorAndEveryMacInTheTree) {
  const c10::InferenceMode inference_mode;

  const ModuleProfile made = profile([&](const EnterPhase&) { net_.forward(input_); });

  EXPECT_EQ(made.steps, 4);
  EXPECT_EQ(made.macs.total, test::kBlockNetMacs);
  EXPECT_EQ(made.tree.total.macs, test::kBlockNetMacs);
  EXPECT_EQ(made.tree.total.operators, static_cast<std::int64_t>(made.operators.size()));
  EXPECT_EQ(made.spans.size(), made.operators.size());
  EXPECT_GT(made.tree.total.seconds(), 0);
  EXPECT_EQ(made.tree.total.backward_s, 0);
  EXPECT_GT(made.plain_step_s, 0);
  EXPECT_GT(made.step_s, 0);
  ASSERT_EQ(made.tree.children.size(), 3u);
  EXPECT_EQ(made.tree.children[1].name, "blocks");
  EXPECT_EQ(made.tree.children[1].self.operators, 0);
}

TEST_F(ModuleProfileTest, TellsForwardFromBackward) {
  const ModuleProfile made = profile([&](const EnterPhase& enter) {
    const at::Tensor loss = net_.forward(input_).square().mean();
    enter(StepPhase::kBackward);
    loss.backward();
  });

  // Each product twice again, for input and weight; the net's own input needs no gradient.
  EXPECT_EQ(made.tree.total.macs, 3 * test::kBlockNetMacs - test::kBlockNetTokens * 4 * 8);
  const ModuleNode& blocks = made.tree.children[1];
  EXPECT_GT(blocks.total.forward_s, 0);
  EXPECT_GT(blocks.total.backward_s, 0);
  const ModuleNode merged = merge_alike(made.tree);
  ASSERT_EQ(merged.children[1].children.size(), 1u);
  EXPECT_EQ(merged.children[1].children[0].name, "0-1");
}

TEST_F(ModuleProfileTest, EndsEarlyWhenStopped) {
  const c10::InferenceMode inference_mode;

  const ModuleProfile made =
      profile([&](const EnterPhase&) { net_.forward(input_); }, [] { return true; });

  EXPECT_EQ(made.steps, 1);
}

TEST_F(ModuleProfileTest, RefusesStepsThatDiffer) {
  const c10::InferenceMode inference_mode;
  int calls = 0;
  const auto step = [&](const EnterPhase&) {
    ++calls;
    for (int i = 0; i < calls; ++i) input_.abs();
  };

  EXPECT_THAT([&] { profile(step); },
              test::ThrowsError(ErrorKind::kUser, HasSubstr("other operators each time")));
}

}  // namespace
}  // namespace yardstick
