#include "runners/profile/stage_profile.h"

#include "tests/runners/memory_task.h"
#include "tests/runners/run_fixture.h"
#include "tests/runners/tiny_models.h"
#include "tests/support/throws_error.h"

#include <gmock/gmock.h>

namespace yardstick {
namespace {

using testing::HasSubstr;

Stage stage(StageActor actor, std::vector<double> seconds) {
  return {.name = "stage", .actor = actor, .seconds_per_image = std::move(seconds)};
}

TEST(PipelineLimitTest, ComparesTheLoadersRateWithTheConsumers) {
  const std::vector<Stage> stages = {
      stage(StageActor::kLoader, {1e-3, 2e-3, 90e-3}), stage(StageActor::kLoader, {6e-3}),
      stage(StageActor::kConsumer, {0.5e-3}), stage(StageActor::kConsumer, {2.5e-3})};

  const PipelineLimit two = pipeline_limit(stages, 2);
  const PipelineLimit three = pipeline_limit(stages, 3);

  EXPECT_DOUBLE_EQ(two.loader_images_per_s(), 2 / 8e-3);
  EXPECT_DOUBLE_EQ(two.consumer_images_per_s(), 1 / 3e-3);
  EXPECT_TRUE(two.is_loader_limited());
  EXPECT_FALSE(three.is_loader_limited());
  EXPECT_EQ(two.workers_needed(), 3);
}

class StageProfileTest : public testing::Test {
 protected:
  std::vector<Stage> time(Model& model) {
    const JobContext context = bench_.context();
    return time_consumer(model, load_all(*source_), *source_, metrics_, Precision::kFp32,
                         context.device, context.progress, context.stop);
  }

  static DataRequest request() {
    DataRequest request;
    request.preprocessing.crop_px = 8;
    request.batch_size = 10;
    return request;
  }

  test::RunBench bench_;
  test::MemoryTask task_{{.validation_samples = 37, .classes = 4, .broken = {}}};
  std::unique_ptr<BatchSource> source_ = task_.open(request());
  std::vector<std::unique_ptr<Metric>> metrics_ = test::classification_metrics();
};

TEST_F(StageProfileTest, TimesEveryBatchAndScoresIt) {
  const auto stages = time(*test::make_tiny());

  ASSERT_EQ(stages.size(), 3u);
  EXPECT_EQ(stages[0].name, "copy");
  EXPECT_EQ(stages[1].name, "forward");
  EXPECT_EQ(stages[2].name, "metric");
  for (const Stage& timed : stages) {
    EXPECT_EQ(timed.seconds_per_image.size(), 4u) << timed.name;
    EXPECT_EQ(timed.actor, StageActor::kConsumer);
  }
  for (const double seconds : stages[1].seconds_per_image) EXPECT_GT(seconds, 0);
}

TEST_F(StageProfileTest, LeavesTheMetricOutWhereThereIsNone) {
  metrics_.clear();

  EXPECT_EQ(time(*test::make_tiny()).size(), 2u);
}

TEST_F(StageProfileTest, RefusesAHeadOfAnotherNumberOfClasses) {
  const auto model = test::make_tiny(test::Quirk::kExtraClass);

  EXPECT_THAT([&] { time(*model); }, test::ThrowsError(ErrorKind::kData, HasSubstr("4 classes")));
}

}  // namespace
}  // namespace yardstick
