#include "runners/bench_runner.h"

#include "runners/bench_inputs.h"
#include "tests/runners/bench_fixture.h"
#include "tests/support/throws_error.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/randn.h>

#include <gmock/gmock.h>

namespace yardstick {
namespace {

using test::Bench;
using test::find_measurement;
using test::kTinyMacs;
using test::kTinyParams;
using test::make_tiny;
using test::Quirk;
using test::value_of;
using testing::Contains;
using testing::HasSubstr;
using testing::Key;

TEST(BenchRunnerTest, MeasuresInferenceWithIntervals) {
  Bench bench;

  const RunRecord record = bench.run({});

  ASSERT_EQ(record.status, RunStatus::kOk) << record.reason;
  EXPECT_EQ(record.kind, RunKind::kBench);
  EXPECT_EQ(record.batch_size, 2);
  EXPECT_EQ(record.provenance.at("protocol"), "1/test");
  EXPECT_EQ(record.provenance.at("inputs"), "image-like noise");
  const auto throughput = find_measurement(record, "throughput/inference/images");
  const auto step = find_measurement(record, "time/inference/step");
  ASSERT_TRUE(throughput && step);
  EXPECT_DOUBLE_EQ(throughput->value, 2 / step->value);
  EXPECT_GE(throughput->n, 8);
  ASSERT_TRUE(throughput->low && throughput->high);
  EXPECT_LE(*throughput->low, throughput->value);
  EXPECT_GE(*throughput->high, throughput->value);
  EXPECT_TRUE(find_measurement(record, "latency/inference/median").has_value());
}

TEST(BenchRunnerTest, KeepsEverySample) {
  Bench bench;

  const RunRecord record = bench.run({});

  ASSERT_FALSE(record.samples.empty());
  EXPECT_EQ(record.samples[0].tag, "time/inference/step");
  EXPECT_EQ(static_cast<std::int64_t>(record.samples[0].values.size()),
            find_measurement(record, "time/inference/step")->n);
}

TEST(BenchRunnerTest, CountsParametersAndMacsOfOneImage) {
  Bench bench;

  const RunRecord record = bench.run({}, 4);

  EXPECT_EQ(value_of(record, "params/total"), kTinyParams);
  EXPECT_EQ(value_of(record, "params/trainable"), kTinyParams);
  EXPECT_EQ(value_of(record, "macs/image"), kTinyMacs);
  EXPECT_EQ(value_of(record, "flops/image"), 2 * kTinyMacs);
  EXPECT_EQ(value_of(record, "macs/uncounted_share"), 0);
}

TEST(BenchRunnerTest, MeasuresMemoryApart) {
  Bench bench;

  const RunRecord record = bench.run({}, 4);

  // Parameters, and batch norm's running mean and variance (float) and counter (int64).
  EXPECT_EQ(value_of(record, "memory/weights"), 4 * (kTinyParams + 32) + 8);
  const double input_bytes = 4 * 3 * 8 * 8 * 4;
  EXPECT_GE(value_of(record, "memory/inference/activations"), input_bytes);
  EXPECT_LT(value_of(record, "memory/inference/activations"), 20 * input_bytes);
  EXPECT_EQ(value_of(record, "memory/inference/peak"),
            value_of(record, "memory/weights") + value_of(record, "memory/inference/activations"));
  EXPECT_GT(value_of(record, "memory/inference/process"), 1e6);
}

TEST(BenchRunnerTest, GivesPercentilesOnlyWithSamplesEnough) {
  Bench bench;

  const RunRecord record = bench.run({});

  for (const auto& [tag, needed] :
       {std::pair{"latency/inference/p90", 64}, std::pair{"latency/inference/p95", 130},
        std::pair{"latency/inference/p99", 662}}) {
    const std::int64_t n = find_measurement(record, "latency/inference/median")->n;
    EXPECT_EQ(find_measurement(record, tag).has_value(), n >= needed) << tag << " of " << n;
  }
}

TEST(BenchRunnerTest, MeasuresTrainingStepsAndPutsTheWeightsBack) {
  Bench bench;
  bench.quirk = Quirk::kDropout;
  bench.model = make_tiny(Quirk::kDropout);
  TensorMap before;
  for (const auto& [name, tensor] : state_of(bench.model->module())) before[name] = tensor.clone();

  const RunRecord record = bench.run({{"training", "true"}});

  ASSERT_EQ(record.status, RunStatus::kOk) << record.reason;
  EXPECT_GT(value_of(record, "throughput/training/images"), 0);
  EXPECT_GT(value_of(record, "memory/training/peak"), value_of(record, "memory/inference/peak"));
  for (const auto& [name, tensor] : state_of(bench.model->module())) {
    EXPECT_TRUE(at::equal(tensor, before.at(name))) << name;
  }
}

TEST(BenchRunnerTest, CountsTheMacsOfATrainingStep) {
  Bench bench;

  const RunRecord record = bench.run({{"training", "true"}}, 3);

  // The head again for its input's and its weight's gradient; the patches for their weight's only,
  // as images need none.
  EXPECT_EQ(value_of(record, "macs/training/image"), 2 * (4 * 16 * 3 * 16) + 3 * (64 * 4));
}

TEST(BenchRunnerTest, TrainingAloneLeavesInferenceOut) {
  Bench bench;

  const RunRecord record = bench.run({{"inference", "false"}, {"training", "true"}});

  EXPECT_EQ(record.status, RunStatus::kOk) << record.reason;
  EXPECT_GT(value_of(record, "throughput/training/images"), 0);
  EXPECT_EQ(value_of(record, "macs/image"), kTinyMacs);
  for (const Measurement& measurement : record.measurements) {
    EXPECT_EQ(measurement.tag.find("inference"), std::string::npos) << measurement.tag;
  }
}

TEST(BenchRunnerTest, NothingToMeasureIsRefused) {
  Bench bench;

  EXPECT_THAT([&] { bench.run({{"inference", "false"}}); },
              test::ThrowsError(ErrorKind::kUser, HasSubstr("nothing to measure")));
}

TEST(BenchRunnerTest, RunsInBf16AndChannelsLast) {
  Bench bench;

  const RunRecord record =
      bench.run({{"precision", "bf16"}, {"channels_last", "true"}, {"training", "true"}});

  EXPECT_EQ(record.status, RunStatus::kOk) << record.reason;
  EXPECT_EQ(record.precision, "bf16");
  EXPECT_GT(value_of(record, "throughput/training/images"), 0);
  EXPECT_EQ(value_of(record, "memory/weights"), 2 * (kTinyParams + 32) + 8);
}

TEST(BenchRunnerTest, OutOfMemoryIsARecordThatNamesTheBatch) {
  Bench bench;
  bench.quirk = Quirk::kHugeAllocation;

  const RunRecord record = bench.run({}, 256);

  EXPECT_EQ(record.status, RunStatus::kFailed);
  EXPECT_EQ(record.reason, "out_of_memory at batch 256");
  EXPECT_EQ(value_of(record, "params/total"), kTinyParams);
}

TEST(BenchRunnerTest, StoppedItKeepsWhatItHas) {
  Bench bench;

  const RunRecord record = bench.run({}, 2, [] { return true; });

  EXPECT_EQ(record.status, RunStatus::kInterrupted);
  EXPECT_EQ(record.reason, "stopped while measuring inference");
}

TEST(BenchRunnerTest, TheUsersImagesAreRun) {
  Bench bench;
  bench.images = at::randn({2, 3, 8, 8});

  const RunRecord record = bench.run({}, 5);

  EXPECT_EQ(record.status, RunStatus::kOk) << record.reason;
  EXPECT_EQ(record.provenance.at("inputs"), "images");
}

TEST(BenchRunnerTest, ImagesOfAnotherShapeAreRefused) {
  Bench bench;
  bench.images = at::randn({2, 3, 9, 8});

  EXPECT_THAT([&] { bench.run({}); },
              test::ThrowsError(ErrorKind::kUser, HasSubstr("[2, 3, 9, 8]")));
}

TEST(BenchInputsTest, NoiseIsLikeImagesAndSeeded) {
  const at::Tensor a = image_like_noise({2, 3, 64, 64}, 1);

  EXPECT_NEAR(a.mean().item<double>(), 0, 1e-5);
  EXPECT_NEAR(a.std().item<double>(), 1, 1e-3);
  EXPECT_TRUE(at::equal(a, image_like_noise({2, 3, 64, 64}, 1)));
  EXPECT_FALSE(at::equal(a, image_like_noise({2, 3, 64, 64}, 2)));
  const double step = (a.narrow(3, 1, 63) - a.narrow(3, 0, 63)).abs().mean().item<double>();
  EXPECT_LT(step, 0.3) << "neighbouring pixels must be alike";
}

TEST(BenchInputsTest, BuffersDifferAndImagesTakeTurns) {
  const auto noise = make_input_buffers({3, 8, 8}, 2, 3, 0, {});
  ASSERT_EQ(noise.size(), 3u);
  EXPECT_FALSE(at::equal(noise[0], noise[1]));

  const at::Tensor images = at::randn({3, 3, 8, 8});
  const auto buffers = make_input_buffers({3, 8, 8}, 2, 3, 0, images);
  EXPECT_TRUE(at::equal(buffers[1][0], images[2]));
  EXPECT_TRUE(at::equal(buffers[1][1], images[0]));
}

}  // namespace
}  // namespace yardstick
