#include "runners/profile/profile_runner.h"

#include "runners/objectives/builtin_objectives.h"
#include "tests/runners/memory_task.h"
#include "tests/runners/run_fixture.h"
#include "tests/runners/tiny_models.h"

#include <yardstick/registry.h>

#include <gmock/gmock.h>

namespace yardstick {
namespace {

// Of TinyNet by hand: 4 positions of a 4x4 patch of 3 channels to 16, and the head.
constexpr std::int64_t kPatchMacs = 4 * 16 * 3 * 16;
constexpr std::int64_t kHeadMacs = 64 * 4;

class ProfileRunnerTest : public testing::Test {
 protected:
  Profile run(const std::vector<std::pair<std::string, std::string>>& given,
              BatchSource* source = nullptr) {
    Params settings(profile_settings());
    for (const auto& [name, value] : given) {
      settings.set_from_text(name, value, ParamOrigin::kFlag, "test");
    }
    settings.set_from_text("threads", "1", ParamOrigin::kFlag, "test");
    settings.set_from_text("steps", "2", ParamOrigin::kFlag, "test");
    Registrar registrar;
    register_builtin_objectives(registrar, /*load_teacher=*/{});
    const ObjectiveEntry& objective = registrar.objectives.get("supervised");
    const Params objective_params(objective.schema);
    ProfileJob job{.subject = test::subject_of(*model_, test::tiny_entry()),
                   .settings = settings,
                   .objective = objective,
                   .objective_params = objective_params,
                   .source = source};
    if (source != nullptr) job.metrics = test::classification_metrics();
    return profile(job, bench_.context());
  }

  test::RunBench bench_;
  std::unique_ptr<Model> model_ = test::make_tiny();
};

TEST_F(ProfileRunnerTest, ProfilesInferenceOfABatch) {
  const Profile made = run({{"batch", "3"}});

  EXPECT_EQ(made.modules.tree.total.macs, 3 * (kPatchMacs + kHeadMacs));
  EXPECT_EQ(made.modules.tree.children[0].name, "patch");
  EXPECT_EQ(made.modules.tree.children[0].total.macs, 3 * kPatchMacs);
  EXPECT_EQ(made.modules.tree.total.backward_s + made.modules.tree.total.update_s, 0);
  EXPECT_TRUE(made.consumer.empty());
}

TEST_F(ProfileRunnerTest, ProfilesTrainingStepsWithTheirThreePhases) {
  const Profile made = run({{"batch", "2"}, {"training", "true"}});

  const ModuleCost& total = made.modules.tree.total;
  EXPECT_EQ(total.macs, 2 * (2 * kPatchMacs + 3 * kHeadMacs));
  EXPECT_GT(total.forward_s, 0);
  EXPECT_GT(total.backward_s, 0);
  EXPECT_GT(total.update_s, 0);
}

TEST_F(ProfileRunnerTest, TimesTheStagesBehindTheLoader) {
  const test::MemoryTask task({.validation_samples = 8, .broken = {}});
  DataRequest request;
  request.preprocessing.crop_px = 8;
  request.batch_size = 2;
  const auto source = task.open(request);

  const Profile made = run({{"batch", "2"}}, source.get());

  ASSERT_EQ(made.consumer.size(), 3u);
  EXPECT_EQ(made.consumer[1].seconds_per_image.size(), 4u);
  EXPECT_EQ(made.modules.tree.total.macs, 2 * (kPatchMacs + kHeadMacs));
}

}  // namespace
}  // namespace yardstick
