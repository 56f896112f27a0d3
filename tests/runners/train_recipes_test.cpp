// What recipes are made of, in training: objectives, averaged weights, few labels, other
// optimisers.

#include "runners/checkpoint_metadata.h"
#include "runners/train_checkpoint.h"
#include "runners/train_config.h"
#include "tests/runners/training_fixture.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <yardstick/tensor_file.h>

#include <ATen/ops/equal.h>

#include <gmock/gmock.h>

#include <set>
#include <utility>

namespace yardstick {
namespace {

using test::find_measurement;
using test::Settings;
using test::ThrowsError;
using test::Training;
using test::value_of;
using testing::Contains;
using testing::HasSubstr;

std::string weights_of(const test::TempDir& folder) {
  return test::read_file(folder.file("model.safetensors"));
}

TEST(PretrainingTest, LowersTheValidationLossAndRecordsItInsteadOfAccuracy) {
  Training training;
  training.is_masked = true;
  const test::TempDir few;
  const test::TempDir many;

  const RunRecord start = training.run(few.path(), {{"epochs", "1"}, {"warmup_epochs", "0.5"}});
  const RunRecord end = training.run(many.path(), {{"epochs", "12"}});

  EXPECT_EQ(end.status, RunStatus::kOk) << end.reason;
  EXPECT_LT(value_of(end, "val/loss"), value_of(start, "val/loss"));
  EXPECT_EQ(find_measurement(end, "val/loss")->n, 37);
  EXPECT_FALSE(find_measurement(end, "accuracy/top1").has_value());
  const TensorFile file = read_safetensors(many.file("model.safetensors"));
  const auto metadata = checkpoint_metadata(file.metadata, "model.safetensors");
  EXPECT_EQ(metadata->objective, "masked_autoencoding");
  EXPECT_TRUE(metadata->classes.empty());
}

TEST(PretrainingTest, TellsTheLossBetweenEpochsAndKeepsTheLowest) {
  Training training;
  training.is_masked = true;
  const test::TempDir folder;

  const RunRecord record = training.run(folder.path(), {{"eval_every_epochs", "1"}});

  EXPECT_THAT(training.bench.listener.milestones.front(), HasSubstr("val/loss"));
  EXPECT_THAT(record.effective, HasSubstr("best_metric"));
}

TEST(PretrainingTest, ResumedInMidEpochItGivesTheSameBytes) {
  Training training;
  training.is_masked = true;
  const test::TempDir straight;
  const test::TempDir stopped;
  const Settings averaged = {{"ema_decay", "0.9"}, {"accumulate", "2"}};
  training.run(straight.path(), averaged);

  training.run(stopped.path(), averaged, false, Training::after(5));
  const RunRecord last = training.run(stopped.path(), averaged, true);

  EXPECT_EQ(last.status, RunStatus::kOk) << last.reason;
  EXPECT_EQ(weights_of(straight), weights_of(stopped));
}

TEST(ObjectiveInTrainingTest, RefusesAModelThatItCannotTrain) {
  Training training;
  training.objective = "masked_autoencoding";
  const test::TempDir folder;

  EXPECT_THAT([&] { training.run(folder.path()); },
              ThrowsError(ErrorKind::kUser,
                          HasSubstr("tiny cannot be trained with masked_autoencoding: ")));
}

TEST(ObjectiveInTrainingTest, IsPartOfWhatMustBeEqualToResume) {
  Training training;
  const test::TempDir folder;
  training.run(folder.path(), {}, false, Training::after(5));

  training.objective_settings = {{"label_smoothing", "0.2"}};

  EXPECT_THAT([&] { training.run(folder.path(), {}, true); },
              ThrowsError(ErrorKind::kUser,
                          HasSubstr("objective_params.label_smoothing is 0.2 here and 0.1")));
}

TEST(ObjectiveInTrainingTest, MixedItStillLearnsAndResumesToTheSameBytes) {
  Training training;
  training.objective_settings = {{"mixup", "0.2"}, {"cutmix", "0.2"}, {"mixup_prob", "0.5"}};
  const test::TempDir straight;
  const test::TempDir stopped;

  const RunRecord record = training.run(straight.path(), {{"epochs", "8"}});
  training.run(stopped.path(), {{"epochs", "8"}}, false, Training::after(11));
  training.run(stopped.path(), {{"epochs", "8"}}, true);

  EXPECT_GT(value_of(record, "accuracy/top1"), 0.8);
  EXPECT_EQ(weights_of(straight), weights_of(stopped));
}

// Remembers a number that it draws for each batch.
class DrawingObjective final : public Objective {
 public:
  explicit DrawingObjective(std::vector<double>& drawn) : drawn_(drawn) {}
  std::optional<std::string> refusal(Model&) const override { return std::nullopt; }
  at::Tensor loss(Model& model, const Batch& batch, RandomDraws& draws) override {
    drawn_.push_back(draws.uniform("anything"));
    return model.forward(batch).logits.square().mean();
  }

 private:
  std::vector<double>& drawn_;
};

TEST(ObjectiveInTrainingTest, EachBatchDrawsAnewAndAResumedRunDrawsTheSame) {
  std::vector<double> drawn;
  ObjectiveEntry entry;
  entry.name = "drawing";
  entry.build = [&](const Params&) { return std::make_unique<DrawingObjective>(drawn); };
  Training training;
  training.own_objective = &entry;
  const test::TempDir straight;
  const test::TempDir stopped;

  std::vector<double> whole;
  training.run_straight_and_resumed(straight.path(), stopped.path(),
                                    [&] { whole = std::exchange(drawn, {}); });

  EXPECT_EQ(whole.size(), 32u);
  EXPECT_EQ(std::set<double>(whole.begin(), whole.end()).size(), 32u);
  EXPECT_EQ(drawn, whole);
}

TEST(ObjectiveInTrainingTest, DistillsFromATeacher) {
  Training training;
  training.objective = "distillation";
  training.objective_settings = {{"teacher_weights", "teacher"}, {"kind", "hard"}};
  const test::TempDir folder;

  EXPECT_EQ(training.run(folder.path()).status, RunStatus::kOk);
}

TEST(AveragedWeightsTest, AreWrittenEvaluatedAndNamed) {
  Training training;
  const test::TempDir plain;
  const test::TempDir averaged;
  training.run(plain.path());

  const RunRecord record = training.run(averaged.path(), {{"ema_decay", "0.9"}});

  const TensorFile written = read_safetensors(averaged.file("model.safetensors"));
  EXPECT_EQ(checkpoint_metadata(written.metadata, "file")->averaging, "ema_decay=0.9");
  const TrainCheckpoint kept = read_train_checkpoint(averaged.file("checkpoint.safetensors"));
  const at::Tensor& mean = written.tensors.at("head.weight");
  EXPECT_TRUE(at::equal(mean, kept.tensors.at("ema.head.weight")));
  EXPECT_FALSE(at::equal(mean, kept.tensors.at("model.head.weight")));
  // Averaging watches the training and does not touch it.
  EXPECT_TRUE(at::equal(read_safetensors(plain.file("model.safetensors")).tensors.at("head.weight"),
                        kept.tensors.at("model.head.weight")));
  EXPECT_EQ(record.status, RunStatus::kOk);
}

TEST(AveragedWeightsTest, EvaluationOnTheWayLeavesTheTrainingAlone) {
  Training training;
  const test::TempDir plain;
  const test::TempDir evaluated;
  training.run(plain.path(), {{"ema_decay", "0.9"}});

  training.run(evaluated.path(), {{"ema_decay", "0.9"}, {"eval_every_epochs", "1"}});

  EXPECT_EQ(weights_of(plain), weights_of(evaluated));
}

TEST(AveragedWeightsTest, ResumedTheyAreTheSameBytes) {
  Training training;
  const Settings settings = {{"ema_decay", "0.95"}, {"ema_warmup", "true"}};
  const test::TempDir straight;
  const test::TempDir stopped;
  training.run(straight.path(), settings);

  training.run(stopped.path(), settings, false, Training::after(13));
  training.run(stopped.path(), settings, true);

  EXPECT_EQ(weights_of(straight), weights_of(stopped));
}

TEST(LowShotTest, TrainsOnTheChosenSamplesAndIsFlagged) {
  Training training;
  const test::TempDir folder;
  const test::TempDir other;

  const RunRecord record =
      training.run(folder.path(), {{"samples_per_class", "4"}, {"subset_seed", "1"}});
  training.run(other.path(), {{"samples_per_class", "4"}, {"subset_seed", "2"}});

  EXPECT_EQ(record.status, RunStatus::kOk) << record.reason;
  EXPECT_EQ(read_train_checkpoint(folder.file("checkpoint.safetensors")).progress.images, 4 * 16);
  EXPECT_THAT(record.flags, Contains("samples_per_class=4"));
  EXPECT_FALSE(record.on_leaderboard);
  EXPECT_EQ(record.outcomes->index.size(), 37u);  // the validation split stays whole
  EXPECT_NE(weights_of(folder), weights_of(other));
}

struct OptimizerCase {
  std::string name;
  Settings settings;
};

class OptimizerTrainingTest : public testing::TestWithParam<OptimizerCase> {};

TEST_P(OptimizerTrainingTest, LearnsAndResumesToTheSameBytes) {
  Training training;
  const test::TempDir straight;
  const test::TempDir stopped;
  Settings settings = GetParam().settings;
  settings.insert(settings.end(), {{"optimizer", GetParam().name}, {"epochs", "10"}});

  const RunRecord record = training.run(straight.path(), settings);
  training.run(stopped.path(), settings, false, Training::after(21));
  training.run(stopped.path(), settings, true);

  EXPECT_GT(value_of(record, "accuracy/top1"), 0.8);
  EXPECT_EQ(weights_of(straight), weights_of(stopped));
}

INSTANTIATE_TEST_SUITE_P(
    All, OptimizerTrainingTest,
    testing::Values(OptimizerCase{"adamw", {{"clip_mode", "adaptive"}, {"clip_grad", "0.1"}}},
                    OptimizerCase{"sgd", {{"lr", "0.1"}, {"clip_mode", "value"}}},
                    OptimizerCase{"lars", {{"lr", "2"}, {"weight_decay", "0"}}},
                    OptimizerCase{"timm_lars", {{"lr", "2"}}}, OptimizerCase{"lamb", {}},
                    OptimizerCase{"adan", {}}),
    [](const auto& one) { return one.param.name; });

TrainConfig config_of(const Settings& settings) {
  Params params(train_settings());
  test::set_all(params, settings);
  return train_config(params, c10::kCPU);
}

TEST(TrainConfigTest, ABaseRateIsForTwoHundredAndFiftySixSamplesAStep) {
  const TrainConfig config =
      config_of({{"base_lr", "0.001"}, {"batch_size", "64"}, {"accumulate", "16"}});

  EXPECT_DOUBLE_EQ(config.schedule.lr, 0.004);
  EXPECT_THAT([] { config_of({{"base_lr", "0.001"}, {"lr", "0.1"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("lr and base_lr are both given")));
}

TEST(TrainConfigTest, RefusesASettingThatTheOptimizerDoesNotHave) {
  EXPECT_THAT([] { config_of({{"momentum", "0.8"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("momentum is given, and adamw has none")));
  EXPECT_THAT([] { config_of({{"optimizer", "lars"}, {"beta1", "0.8"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("beta1 is given, and lars has none")));
  EXPECT_THAT([] { config_of({{"warmup_lr", "0.0001"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("MAE's warm-up starts at 0")));
}

TEST(TrainConfigTest, ReadsAugmentationAndGroups) {
  const TrainConfig config = config_of({{"rand_augment", "rand-m9-mstd0.5-inc1"},
                                        {"erase_probability", "0.25"},
                                        {"crop_rule", "one_try"},
                                        {"repeats", "2"},
                                        {"layer_decay", "0.75"},
                                        {"group_rule", "mae"}});

  EXPECT_EQ(config.augmentation.rand_augment, "rand-m9-mstd0.5-inc1");
  EXPECT_EQ(config.augmentation.erase_probability, 0.25);
  EXPECT_EQ(config.augmentation.crop_rule, CropRule::kOneTry);
  EXPECT_EQ(config.augmentation.repeats, 2);
  EXPECT_EQ(config.groups.layer_decay, 0.75);
  EXPECT_EQ(config.groups.rule, GroupRule::kMae);
  EXPECT_THAT(config.groups.spared, Contains("cls_token"));
  EXPECT_THAT(config_of({{"group_rule", "mae_pretrain"}}).groups.spared, testing::IsEmpty());
}

TEST(TrainConfigTest, LayerDecayIsRefusedWhereThereAreNoLayers) {
  Training training;
  const test::TempDir folder;

  EXPECT_THAT([&] { training.run(folder.path(), {{"layer_decay", "0.75"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("block")));
}

}  // namespace
}  // namespace yardstick
