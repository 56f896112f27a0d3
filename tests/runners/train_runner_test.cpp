#include "runners/train_runner.h"

#include "runners/checkpoint_metadata.h"
#include "runners/train_checkpoint.h"
#include "tests/runners/training_fixture.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <yardstick/tensor_file.h>

#include <ATen/ops/isfinite.h>

#include <gmock/gmock.h>

#include <filesystem>

namespace yardstick {
namespace {

using test::MemoryTask;
using test::Quirk;
using test::ThrowsError;
using test::Training;
using test::value_of;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr std::int64_t kSteps = 4 * 8;  // 4 epochs of 64 samples, 8 a step

std::string weights_of(const test::TempDir& folder) {
  return test::read_file(folder.file("model.safetensors"));
}

TEST(TrainRunnerTest, LearnsAndRecordsWhatItDid) {
  Training training;
  const test::TempDir folder;

  const RunRecord record = training.run(folder.path(), {{"epochs", "8"}});

  EXPECT_EQ(record.status, RunStatus::kOk) << record.reason;
  EXPECT_EQ(record.kind, RunKind::kTrain);
  EXPECT_EQ(record.task, "corners");
  EXPECT_EQ(record.batch_size, 8);
  EXPECT_GT(value_of(record, "accuracy/top1"), 0.9);
  EXPECT_GT(value_of(record, "train/images_per_s"), 0);
  EXPECT_GT(value_of(record, "time/train"), 0);
  EXPECT_LT(value_of(record, "train/loss_final"), 1.2);
  EXPECT_EQ(value_of(record, "data/skipped"), 0);
  ASSERT_TRUE(record.outcomes.has_value());
  EXPECT_THAT(record.outcomes->index, SizeIs(37));
  EXPECT_THAT(record.provenance, Contains(testing::Key("checkpoint_sha256")));
  EXPECT_THAT(record.effective, HasSubstr("seed_shuffle"));
  EXPECT_THAT(training.bench.listener.milestones, SizeIs(8));
  EXPECT_THAT(training.bench.listener.milestones.back(), StartsWith("epoch 8/8  loss "));
}

TEST(TrainRunnerTest, ReportsEveryStepWithWhatAnEtaNeeds) {
  Training training;
  const test::TempDir folder;

  training.run(folder.path());

  const auto& updates = training.bench.listener.updates;
  ASSERT_GE(updates.size(), static_cast<std::size_t>(kSteps));
  const Progress& progress = updates[10];
  EXPECT_EQ(progress.stage, "train");
  EXPECT_EQ(progress.done, 11);
  EXPECT_EQ(progress.total, kSteps);
  EXPECT_EQ(progress.epoch, 2);
  EXPECT_EQ(progress.epochs, 4);
  EXPECT_GT(progress.items_per_s, 0);
  EXPECT_TRUE(progress.loss.has_value());
}

TEST(TrainRunnerTest, WeightsSayWhatTheyAre) {
  Training training;
  const test::TempDir folder;
  training.run(folder.path());

  const TensorFile file = read_safetensors(folder.file("model.safetensors"));
  const auto metadata = checkpoint_metadata(file.metadata, "model.safetensors");

  ASSERT_TRUE(metadata.has_value());
  EXPECT_EQ(metadata->model, "tiny");
  EXPECT_EQ(metadata->task, "corners");
  EXPECT_THAT(metadata->classes, SizeIs(4));
  EXPECT_EQ(metadata->preprocessing.crop_px, 8);
  Params params(test::tiny_entry().schema);
  set_params_from_json(params, metadata->model_params, "model.safetensors");
  EXPECT_EQ(params.get<std::int64_t>("classes"), 4);
  EXPECT_TRUE(file.tensors.contains("head.weight"));
}

TEST(TrainRunnerTest, TheSameSeedGivesTheSameBytes) {
  Training training;
  const test::TempDir first;
  const test::TempDir second;
  const test::TempDir other;

  training.run(first.path());
  training.run(second.path());
  training.run(other.path(), {{"seed", "1"}});

  EXPECT_EQ(weights_of(first), weights_of(second));
  EXPECT_NE(weights_of(first), weights_of(other));
}

TEST(TrainRunnerTest, EachSourceOfRandomnessHasItsOwnSeed) {
  Training training;
  const test::TempDir base;
  training.run(base.path());
  for (const char* name : {"seed_shuffle", "seed_augment", "seed_model"}) {
    const test::TempDir folder;
    training.run(folder.path(), {{name, "77"}});
    EXPECT_NE(weights_of(base), weights_of(folder)) << name;
  }
}

TEST(TrainRunnerTest, ResumedAtAnEpochsEndItGivesTheSameBytes) {
  Training training;
  const test::TempDir straight;
  const test::TempDir stopped;
  training.run(straight.path());

  const RunRecord first = training.run(stopped.path(), {}, false, Training::after(16));
  const RunRecord second = training.run(stopped.path(), {}, true);

  EXPECT_EQ(first.status, RunStatus::kInterrupted);
  EXPECT_EQ(first.reason, "stopped after step 16 of 32");
  EXPECT_EQ(second.status, RunStatus::kOk) << second.reason;
  EXPECT_EQ(weights_of(straight), weights_of(stopped));
}

TEST(TrainRunnerTest, ResumedInMidEpochItGivesTheSameBytes) {
  Training training;
  const test::TempDir straight;
  const test::TempDir stopped;
  training.run(straight.path());

  for (const int steps : {3, 10, 1}) {
    const bool is_first = steps == 3;
    EXPECT_EQ(training.run(stopped.path(), {}, !is_first, Training::after(steps)).status,
              RunStatus::kInterrupted);
  }
  const RunRecord last = training.run(stopped.path(), {}, true);

  EXPECT_EQ(last.status, RunStatus::kOk) << last.reason;
  EXPECT_EQ(weights_of(straight), weights_of(stopped));
  EXPECT_THAT(last.flags, IsEmpty());
}

TEST(TrainRunnerTest, ResumedTheLossIsThatOfTheWholeEpoch) {
  Training training;
  const test::TempDir straight;
  const test::TempDir stopped;

  const RunRecord whole = training.run(straight.path());
  training.run(stopped.path(), {}, false, Training::after(29));
  const RunRecord resumed = training.run(stopped.path(), {}, true);

  EXPECT_EQ(value_of(whole, "train/loss_final"), value_of(resumed, "train/loss_final"));
}

TEST(TrainRunnerTest, AFinishedRunResumesToItsEvaluation) {
  Training training;
  const test::TempDir folder;
  const RunRecord first = training.run(folder.path());
  const std::string before = weights_of(folder);

  const RunRecord again = training.run(folder.path(), {}, true);

  EXPECT_EQ(again.status, RunStatus::kOk);
  EXPECT_EQ(weights_of(folder), before);
  EXPECT_EQ(value_of(again, "accuracy/top1"), value_of(first, "accuracy/top1"));
}

TEST(TrainRunnerTest, RefusesToResumeWithOtherSettingsAndSaysWhich) {
  Training training;
  const test::TempDir folder;
  training.run(folder.path(), {}, false, Training::after(5));

  EXPECT_THAT([&] { training.run(folder.path(), {{"lr", "0.02"}, {"seed", "3"}}, true); },
              ThrowsError(ErrorKind::kUser,
                          testing::AllOf(HasSubstr("settings.lr is 0.02 here and 0.01 in"),
                                         HasSubstr("settings.seed is 3 here and 0 in"),
                                         Not(HasSubstr("batch_size")))));
}

// The teacher's path is the same; what lies there is not.
TEST(TrainRunnerTest, RefusesToResumeWithAnotherTeacher) {
  Training training;
  training.objective = "distillation";
  training.objective_settings = {{"teacher_weights", "teacher.safetensors"}};
  const test::TempDir folder;
  const RunRecord first = training.run(folder.path(), {}, false, Training::after(5));
  EXPECT_EQ(first.provenance.at("teacher_sha256"), "cafe");

  training.teacher_sha256 = "beef";
  EXPECT_THAT([&] { training.run(folder.path(), {}, true); },
              ThrowsError(ErrorKind::kUser, HasSubstr("teacher_sha256 is beef here and cafe in")));

  training.teacher_sha256 = "cafe";
  EXPECT_EQ(training.run(folder.path(), {}, true).status, RunStatus::kOk);
}

TEST(TrainRunnerTest, ResumesWithAnotherCheckpointInterval) {
  Training training;
  const test::TempDir folder;
  training.run(folder.path(), {}, false, Training::after(5));

  EXPECT_EQ(training.run(folder.path(), {{"checkpoint_every_steps", "7"}}, true).status,
            RunStatus::kOk);
}

TEST(TrainRunnerTest, ThereMustBeSomethingToResume) {
  Training training;
  const test::TempDir folder;

  EXPECT_THAT([&] { training.run(folder.path(), {}, true); },
              ThrowsError(ErrorKind::kUser, HasSubstr("nothing to resume")));
}

TEST(TrainRunnerTest, DoesNotOverwriteAnUnfinishedRun) {
  Training training;
  const test::TempDir folder;
  training.run(folder.path(), {}, false, Training::after(5));

  EXPECT_THAT([&] { training.run(folder.path()); },
              ThrowsError(ErrorKind::kUser, HasSubstr("unfinished run, stopped after step 5")));
}

TEST(TrainRunnerTest, RefusesACheckpointThatIsNone) {
  Training training;
  const test::TempDir folder;
  test::write_file(folder.file("checkpoint.safetensors"), "not a checkpoint");

  EXPECT_THAT([&] { training.run(folder.path(), {}, true); },
              ThrowsError(ErrorKind::kData, HasSubstr("checkpoint.safetensors")));
}

TEST(TrainRunnerTest, DivergingIsAFailedRunThatKeepsTheLastSoundCheckpoint) {
  Training training;
  training.quirk = Quirk::kDivergesAtStep;
  training.diverges_at = 11;
  const test::TempDir folder;

  const RunRecord record = training.run(folder.path(), {{"checkpoint_every_steps", "1"}});

  EXPECT_EQ(record.status, RunStatus::kFailed);
  EXPECT_EQ(record.reason, "the loss is not finite at step 11 of 32");
  EXPECT_FALSE(std::filesystem::exists(folder.file("model.safetensors")));
  const TrainCheckpoint kept = read_train_checkpoint(folder.file("checkpoint.safetensors"));
  EXPECT_EQ(kept.progress.step, 10);
  EXPECT_TRUE(at::isfinite(kept.tensors.at("model.head.weight")).all().item<bool>());
}

TEST(TrainRunnerTest, AccumulatedBatchesMakeTheStepOfOneLargeBatch) {
  Training training;
  training.quirk = Quirk::kNone;
  const test::TempDir folder;

  training.run(folder.path(), {{"batch_size", "4"}, {"accumulate", "2"}, {"epochs", "2"}});

  EXPECT_EQ(read_train_checkpoint(folder.file("checkpoint.safetensors")).progress.step, 16);
  EXPECT_EQ(read_train_checkpoint(folder.file("checkpoint.safetensors")).progress.images, 128);
}

TEST(TrainRunnerTest, Bf16AutocastTrainsOnACpu) {
  Training training;
  const test::TempDir folder;

  const RunRecord record = training.run(folder.path(), {{"precision", "bf16"}, {"epochs", "8"}});

  EXPECT_EQ(record.status, RunStatus::kOk) << record.reason;
  EXPECT_EQ(record.precision, "bf16");
  EXPECT_GT(value_of(record, "accuracy/top1"), 0.9);
  EXPECT_EQ(
      read_safetensors(folder.file("model.safetensors")).tensors.at("head.weight").scalar_type(),
      at::kFloat);
}

TEST(TrainRunnerTest, SkippedInputsAreCountedAndFlagged) {
  Training training;
  training.task = MemoryTask({.broken = {3, 5}});
  const test::TempDir folder;

  const RunRecord record = training.run(folder.path(), {{"on_bad_input", "skip"}});

  EXPECT_EQ(record.status, RunStatus::kOk) << record.reason;
  EXPECT_EQ(value_of(record, "data/skipped"), 2);
  EXPECT_THAT(record.flags, Contains("bad_inputs_skipped=2"));
}

TEST(TrainRunnerTest, ABrokenInputEndsTheRunByDefault) {
  Training training;
  training.task = MemoryTask({.broken = {3}});
  const test::TempDir folder;

  EXPECT_THAT([&] { training.run(folder.path()); },
              ThrowsError(ErrorKind::kData, HasSubstr("image3: truncated")));
}

TEST(TrainRunnerTest, ALimitKeepsItOffLeaderboards) {
  Training training;
  const test::TempDir folder;

  const RunRecord record = training.run(folder.path(), {{"limit", "16"}});

  EXPECT_FALSE(record.on_leaderboard);
  EXPECT_THAT(record.flags, Contains("limited_data=16"));
}

TEST(TrainRunnerTest, TooFewSamplesForAStepIsTheUsersError) {
  Training training;
  const test::TempDir folder;

  EXPECT_THAT([&] { training.run(folder.path(), {{"batch_size", "128"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("64 samples, fewer than one step")));
}

TEST(TrainRunnerTest, AHeadOfAnotherSizeIsOneLine) {
  Training training;
  training.quirk = Quirk::kExtraClass;
  const test::TempDir folder;

  EXPECT_THAT(
      [&] { training.run(folder.path()); },
      ThrowsError(ErrorKind::kData, HasSubstr("the data has 4 classes and the model's head 5")));
}

TEST(TrainRunnerTest, EvaluatesOnTheWayWithoutChangingTheResult) {
  Training training;
  const test::TempDir plain;
  const test::TempDir evaluated;
  training.run(plain.path());

  const RunRecord record = training.run(evaluated.path(), {{"eval_every_epochs", "1"}});

  EXPECT_EQ(weights_of(plain), weights_of(evaluated));
  EXPECT_THAT(training.bench.listener.milestones.back(), StartsWith("epoch 4/4"));
  EXPECT_THAT(record.effective, HasSubstr("best_metric"));
}

TEST(TrainSettingsTest, RefusesWhatDoesNotGoTogether) {
  Training training;
  const test::TempDir folder;

  EXPECT_THAT([&] { training.run(folder.path(), {{"warmup_epochs", "4"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("warmup_epochs")));
  EXPECT_THAT([&] { training.run(folder.path(), {{"min_lr", "1"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("min_lr")));
  EXPECT_THAT([&] { training.run(folder.path(), {{"precision", "fp16"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("fp16 takes a GPU")));
}

}  // namespace
}  // namespace yardstick
