#include "runners/eval_runner.h"

#include "tests/runners/memory_task.h"
#include "tests/runners/run_fixture.h"
#include "tests/runners/tiny_models.h"
#include "tests/support/throws_error.h"

#include <gmock/gmock.h>

namespace yardstick {
namespace {

using test::make_tiny;
using test::MemoryTask;
using test::Quirk;
using test::ThrowsError;
using test::value_of;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using Settings = std::vector<std::pair<std::string, std::string>>;

struct Evaluation {
  test::RunBench bench;
  MemoryTask task{MemoryTask::Options{}};
  Quirk quirk = Quirk::kNone;

  RunRecord run(const Settings& settings, StopRequested stop = {}) {
    const auto model = make_tiny(quirk, 5);
    Params params(eval_settings());
    params.set_from_text("workers", "1", ParamOrigin::kFlag, "test");
    for (const auto& [name, value] : settings) {
      params.set_from_text(name, value, ParamOrigin::kFlag, "test");
    }
    EvalJob job{test::subject_of(*model, test::tiny_entry(quirk)), task, "", params,
                test::classification_metrics()};
    return evaluate(job, bench.context(std::move(stop)));
  }
};

TEST(EvalRunnerTest, CountsDoNotDependOnTheBatchSize) {
  Evaluation evaluation;
  const RunRecord whole = evaluation.run({{"batch_size", "37"}});

  ASSERT_TRUE(whole.outcomes.has_value());
  EXPECT_THAT(whole.outcomes->prediction, SizeIs(37));
  for (const char* batch_size : {"1", "2", "8", "36", "64"}) {
    const RunRecord record = evaluation.run({{"batch_size", batch_size}});
    ASSERT_TRUE(record.outcomes.has_value());
    EXPECT_EQ(record.outcomes->prediction, whole.outcomes->prediction) << batch_size;
    EXPECT_EQ(record.outcomes->index, whole.outcomes->index) << batch_size;
    EXPECT_EQ(value_of(record, "accuracy/top1"), value_of(whole, "accuracy/top1")) << batch_size;
  }
}

TEST(EvalRunnerTest, RecordsWhatWasRun) {
  Evaluation evaluation;

  const RunRecord record = evaluation.run({{"batch_size", "8"}, {"threads", "1"}});

  EXPECT_EQ(record.kind, RunKind::kEval);
  EXPECT_EQ(record.status, RunStatus::kOk);
  EXPECT_EQ(record.model, "tiny");
  EXPECT_EQ(record.task, "corners");
  EXPECT_EQ(record.split, "val");
  EXPECT_EQ(record.device, "cpu");
  EXPECT_EQ(record.precision, "fp32");
  EXPECT_EQ(record.batch_size, 8);
  EXPECT_EQ(record.provenance.at("data_fingerprint"), "content:val37");
  EXPECT_EQ(record.provenance.at("threads_intra"), "1");
  EXPECT_THAT(record.effective, HasSubstr(R"("threads":{"value":1,"origin":"run"})"));
  EXPECT_GT(record.duration_s, 0);
  EXPECT_GT(value_of(record, "throughput/eval/images"), 0);
}

TEST(EvalRunnerTest, ABrokenInputFailsByDefaultAndIsNamed) {
  Evaluation evaluation;
  evaluation.task = MemoryTask({.broken = {7}});

  EXPECT_THAT([&] { evaluation.run({}); },
              ThrowsError(ErrorKind::kData, HasSubstr("image7: truncated")));
}

TEST(EvalRunnerTest, SkippedInputsAreCountedFlaggedAndNamed) {
  Evaluation evaluation;
  evaluation.task = MemoryTask({.broken = {7, 9, 30}});

  const RunRecord record = evaluation.run({{"on_bad_input", "skip"}, {"batch_size", "4"}});

  EXPECT_EQ(record.status, RunStatus::kOk);
  EXPECT_THAT(record.outcomes->index, SizeIs(34));
  EXPECT_EQ(value_of(record, "data/skipped"), 3);
  EXPECT_THAT(record.flags, Contains("bad_inputs_skipped=3"));
  EXPECT_THAT(record.effective, HasSubstr("image30: truncated"));
}

TEST(EvalRunnerTest, NothingSkippedIsSaidToo) {
  Evaluation evaluation;

  const RunRecord record = evaluation.run({{"on_bad_input", "skip"}});

  EXPECT_EQ(value_of(record, "data/skipped"), 0);
  EXPECT_THAT(record.flags, IsEmpty());
}

TEST(EvalRunnerTest, ALimitKeepsItOffLeaderboards) {
  Evaluation evaluation;

  const RunRecord record = evaluation.run({{"limit", "10"}});

  EXPECT_THAT(record.outcomes->index, SizeIs(10));
  EXPECT_FALSE(record.on_leaderboard);
  EXPECT_THAT(record.flags, Contains("limited_data=10"));
}

TEST(EvalRunnerTest, StoppedItRecordsNoAccuracy) {
  Evaluation evaluation;

  const RunRecord record = evaluation.run({{"batch_size", "8"}}, [] { return true; });

  EXPECT_EQ(record.status, RunStatus::kInterrupted);
  EXPECT_EQ(record.reason, "stopped after 8 of 37 samples");
  EXPECT_FALSE(test::find_measurement(record, "accuracy/top1").has_value());
}

TEST(EvalRunnerTest, TheTrainingSplitCanBeScored) {
  Evaluation evaluation;

  const RunRecord record = evaluation.run({{"split", "train"}});

  EXPECT_EQ(record.split, "train");
  EXPECT_THAT(record.outcomes->index, SizeIs(64));
}

TEST(EvalRunnerTest, Bf16CastsTheWeights) {
  Evaluation evaluation;

  const RunRecord record = evaluation.run({{"precision", "bf16"}});

  EXPECT_EQ(record.status, RunStatus::kOk) << record.reason;
  EXPECT_EQ(record.precision, "bf16");
}

TEST(EvalRunnerTest, Tf32IsRefusedOnACpu) {
  Evaluation evaluation;

  EXPECT_THAT([&] { evaluation.run({{"precision", "tf32"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("tf32 is a GPU's precision")));
}

TEST(EvalRunnerTest, OutOfMemoryIsAFailedRecord) {
  Evaluation evaluation;
  evaluation.quirk = Quirk::kHugeAllocation;

  const RunRecord record = evaluation.run({{"batch_size", "16"}});

  EXPECT_EQ(record.status, RunStatus::kFailed);
  EXPECT_EQ(record.reason, "out_of_memory at batch 16");
}

TEST(EvalRunnerTest, AHeadOfAnotherSizeIsOneLine) {
  Evaluation evaluation;
  evaluation.quirk = Quirk::kExtraClass;

  EXPECT_THAT(
      [&] { evaluation.run({}); },
      ThrowsError(ErrorKind::kData, HasSubstr("the data has 4 classes and the model's head 5")));
}

TEST(EvalRunnerTest, NearestNeighboursVoteWithoutTheHead) {
  Evaluation evaluation;

  const RunRecord record =
      evaluation.run({{"protocol", "knn"}, {"knn_neighbours", "5"}, {"batch_size", "8"}});

  EXPECT_EQ(record.status, RunStatus::kOk) << record.reason;
  const auto accuracy = test::find_measurement(record, "accuracy/knn_top1");
  ASSERT_TRUE(accuracy.has_value());
  EXPECT_GT(accuracy->value, 0.9);  // corners are told apart by any features
  EXPECT_LT(*accuracy->low, accuracy->value);
  EXPECT_EQ(accuracy->n, 37);
  EXPECT_THAT(accuracy->about, HasSubstr("5 nearest of 64"));
  EXPECT_FALSE(test::find_measurement(record, "accuracy/top1").has_value());
  EXPECT_EQ(record.provenance.at("data_fingerprint_train"), "content:train64");
}

TEST(EvalRunnerTest, FewNeighboursAreAllThatMayVote) {
  Evaluation evaluation;

  EXPECT_THAT(test::find_measurement(evaluation.run({{"protocol", "knn"},
                                                     {"knn_neighbours", "2"},
                                                     {"knn_samples_per_class", "3"}}),
                                     "accuracy/knn_top1")
                  ->about,
              HasSubstr("2 nearest of 12"));
  EXPECT_THAT([&] { evaluation.run({{"protocol", "knn"}, {"knn_neighbours", "65"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("65")));
}

}  // namespace
}  // namespace yardstick
