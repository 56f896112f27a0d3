#include "models/builtin_models.h"
#include "models/layers/residual.h"
#include "runners/bench_training_steps.h"
#include "runners/objective_evaluation.h"
#include "runners/objectives/builtin_objectives.h"
#include "runners/step_draws.h"
#include "tests/runners/training_fixture.h"
#include "tests/support/temp_dir.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>

#include <gmock/gmock.h>

#include <set>

namespace yardstick {
namespace {

using test::Training;

// Remembers which samples drop path kept inside the loss, as a number a batch.
class DroppingObjective final : public Objective {
 public:
  explicit DroppingObjective(std::vector<std::int64_t>& kept) : kept_(kept) {}
  std::optional<std::string> refusal(Model&) const override { return std::nullopt; }
  at::Tensor loss(Model& model, const Batch& batch, RandomDraws& draws) override {
    EXPECT_EQ(DrawsScope::current(), &draws);
    const at::Tensor kept = layers::drop_path(at::ones({batch.size()}), 0.5);  // 0 or 2
    std::int64_t number = 0;
    for (std::int64_t i = 0; i < batch.size(); ++i) {
      number = 2 * number + (kept[i].item<float>() > 0 ? 1 : 0);
    }
    kept_.push_back(number);
    Batch seen = batch;
    seen.input = layers::drop_path(batch.input, 0.5);
    return model.forward(seen).logits.square().mean();
  }

 private:
  std::vector<std::int64_t>& kept_;
};

std::string weights_of(const test::TempDir& folder) {
  return test::read_file(folder.file("model.safetensors"));
}

TEST(DropPathDrawsTest, EachBatchDropsAnewAndAResumedRunDropsTheSame) {
  std::vector<std::int64_t> kept;
  ObjectiveEntry entry;
  entry.name = "dropping";
  entry.build = [&](const Params&) { return std::make_unique<DroppingObjective>(kept); };
  Training training;
  training.own_objective = &entry;
  const test::TempDir straight;
  const test::TempDir stopped;

  std::vector<std::int64_t> whole;
  training.run_straight_and_resumed(straight.path(), stopped.path(),
                                    [&] { whole = std::exchange(kept, {}); });

  EXPECT_EQ(whole.size(), 32U);
  EXPECT_GT(std::set<std::int64_t>(whole.begin(), whole.end()).size(), 20U);  // of 256
  EXPECT_EQ(kept, whole);
  EXPECT_EQ(weights_of(straight), weights_of(stopped));
}

TEST(DropPathDrawsTest, BenchAndEvaluationOpenAScopeToo) {
  std::vector<std::int64_t> kept;
  DroppingObjective objective(kept);
  test::RunBench bench;
  const auto model = test::make_tiny();
  const TrainingSetup setup{.model = *model,
                            .objective = objective,
                            .needs_targets = false,
                            .device = *bench.device,
                            .precision = Precision::kFp32};

  TrainingSteps(setup).run(training_input(setup, at::randn({8, 3, 8, 8})));
  EXPECT_THAT(kept, testing::SizeIs(1U));

  kept.clear();
  const test::MemoryTask task{test::MemoryTask::Options{}};
  DataRequest request;
  request.batch_size = 8;
  const auto source = task.open(request);
  evaluate_objective(*model, *source, objective, {.weights = WeightPolicy::kAutocast},
                     *bench.device, bench.listener, {});
  EXPECT_THAT(kept, testing::SizeIs(5U));  // 37 samples
}

// A run's draws, of which those of the masks are kept.
class KeepingMasks final : public RandomDraws {
 public:
  at::Tensor uniform(std::string_view purpose, at::IntArrayRef shape, c10::Device device) override {
    at::Tensor numbers = draws_.uniform(purpose, shape, device);
    if (purpose == "mask") masks.push_back(numbers);
    if (purpose == "drop_path") ++drop_paths;
    return numbers;
  }
  double uniform(std::string_view purpose) override { return draws_.uniform(purpose); }

  std::vector<at::Tensor> masks;
  int drop_paths = 0;

 private:
  StepDraws draws_{3, 17};
};

KeepingMasks two_losses(const std::string& drop_path) {
  Registrar registrar;
  register_builtin_models(registrar);
  register_builtin_objectives(registrar, /*load_teacher=*/{});
  const ModelEntry& entry = registrar.models.get("mae_hiera_test");
  Params params(entry.schema);
  test::set_all(params, {{"drop_path", drop_path}});
  const auto model = entry.build(params);
  const ObjectiveEntry& objective = registrar.objectives.get("masked_autoencoding");
  Batch batch;
  batch.input = at::randn({4, 3, 64, 64});
  KeepingMasks draws;
  const DrawsScope scope(draws);
  for (int i = 0; i < 2; ++i) {
    objective.build(Params(objective.schema))->loss(*model, batch, draws);
  }
  return draws;
}

TEST(DropPathDrawsTest, DropPathDoesNotShiftTheMasks) {
  const KeepingMasks without = two_losses("0");
  const KeepingMasks with = two_losses("0.5");

  EXPECT_EQ(without.drop_paths, 0);
  EXPECT_GT(with.drop_paths, 0);
  ASSERT_EQ(with.masks.size(), 2U);
  EXPECT_TRUE(at::equal(with.masks[0], without.masks[0]));
  EXPECT_TRUE(at::equal(with.masks[1], without.masks[1]));
}

}  // namespace
}  // namespace yardstick
