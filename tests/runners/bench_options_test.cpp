#include "runners/bench_runner.h"
#include "runners/module_access.h"
#include "runners/sensors.h"
#include "tests/runners/bench_fixture.h"
#include "tests/runners/fake_device.h"
#include "tests/support/throws_error.h"

#include <ATen/record_function.h>

#include <gmock/gmock.h>

#include <set>

namespace yardstick {
namespace {

using test::Bench;
using test::FakeDevice;
using test::find_measurement;
using test::kTinyMacs;
using test::ThrowsError;
using test::value_of;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

// A tiny model that counts how often a forward pass casts one of its parameters.
class CastCounter final : public Model {
 public:
  const ModelInfo& info() const override { return inner_->info(); }
  torch::nn::Module& module() override { return inner_->module(); }
  ModelOutput forward(const Batch& batch, ActivationTap* tap) override {
    weights.clear();
    for (const NamedParameter& one : parameters_of(module())) weights.insert(one.value.data_ptr());
    counter = this;
    const auto handle = at::addThreadLocalCallback(
        at::RecordFunctionCallback(on_call).needsInputs(true).scopes({at::RecordScope::FUNCTION}));
    ModelOutput output = inner_->forward(batch, tap);
    at::removeCallback(handle);
    ++passes;
    return output;
  }

  std::int64_t passes = 0;
  std::int64_t casts = 0;
  std::set<const void*> weights;

 private:
  static std::unique_ptr<at::ObserverContext> on_call(const at::RecordFunction& function) {
    const std::string_view name = function.name();
    if (name != "aten::to" && name != "aten::_to_copy") return nullptr;
    for (const c10::IValue& input : function.inputs()) {
      if (input.isTensor() && input.toTensor().defined() &&
          counter->weights.contains(input.toTensor().data_ptr())) {
        ++counter->casts;
      }
    }
    return nullptr;
  }
  static inline CastCounter* counter = nullptr;

  std::unique_ptr<Model> inner_ = test::make_tiny();
};

struct Casts {
  Bench bench;
  CastCounter* counter;
  RunRecord record;

  explicit Casts(const char* precision) {
    auto model = std::make_unique<CastCounter>();
    counter = model.get();
    bench.model = std::move(model);
    record = bench.run({{"precision", precision}});
  }
};

TEST(BenchPrecisionTest, WeightsAreCastOnceBeforehand) {
  for (const char* precision : {"fp32", "bf16", "fp16"}) {
    const Casts run(precision);

    ASSERT_EQ(run.record.status, RunStatus::kOk) << precision << ": " << run.record.reason;
    EXPECT_GT(run.counter->passes, 8) << precision;
    EXPECT_EQ(run.counter->casts, 0) << precision;
  }
}

TEST(BenchPrecisionTest, AmpCastsFp32WeightsInEachPass) {
  const Casts run("amp");

  ASSERT_EQ(run.record.status, RunStatus::kOk) << run.record.reason;
  EXPECT_EQ(run.record.precision, "amp");
  EXPECT_THAT(run.record.effective, HasSubstr(R"("amp_products":{"value":"bf16")"));
  EXPECT_GE(run.counter->casts, run.counter->passes);
  EXPECT_EQ(value_of(run.record, "memory/weights"), 4 * (test::kTinyParams + 32) + 8);
}

TEST(BenchPrecisionTest, AmpTrainsUnderAutocast) {
  Bench bench;

  const RunRecord record = bench.run({{"precision", "amp"}, {"training", "true"}});

  ASSERT_EQ(record.status, RunStatus::kOk) << record.reason;
  EXPECT_GT(value_of(record, "throughput/training/images"), 0);
  for (const NamedParameter& one : parameters_of(bench.model->module())) {
    EXPECT_EQ(one.value.scalar_type(), at::kFloat) << one.name;
  }
}

TEST(BenchOptionsTest, TheRecordSaysWhichNumericsWereInForce) {
  Bench bench;

  const RunRecord record = bench.run({{"sdpa_backend", "math"}, {"cudnn_benchmark", "false"}});

  EXPECT_EQ(record.provenance.at("sdpa_backends"), "math");
  EXPECT_EQ(record.provenance.at("cudnn_benchmark"), "false");
}

TEST(BenchOptionsTest, DeterminismTurnsAutotuningOff) {
  Bench bench;

  const RunRecord record = bench.run({{"deterministic", "true"}});

  EXPECT_EQ(record.provenance.at("cudnn_benchmark"), "false");
  EXPECT_THAT(record.effective, HasSubstr(R"("cudnn_benchmark":{"value":false)"));
}

TEST(BenchOptionsTest, AGpusAttentionIsRefusedOnACpu) {
  Bench bench;

  EXPECT_THAT([&] { bench.run({{"sdpa_backend", "cudnn"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("auto, flash or math")));
}

struct OnFakeDevice {
  Bench bench;
  FakeDevice* device;

  OnFakeDevice() {
    auto fake = std::make_unique<FakeDevice>();
    device = fake.get();
    bench.bench.device = std::move(fake);
  }
};

TEST(BenchGraphTest, ThroughputIsOfReplaysWhereTheStepIsCaptured) {
  OnFakeDevice on;

  const RunRecord record = on.bench.run({});

  ASSERT_EQ(record.status, RunStatus::kOk) << record.reason;
  EXPECT_GE(on.device->replays, find_measurement(record, "time/inference/step")->n);
  EXPECT_THAT(record.effective, HasSubstr(R"("cuda_graph":{"value":"on")"));
}

TEST(BenchGraphTest, OffCallsTheModel) {
  OnFakeDevice on;

  const RunRecord record = on.bench.run({{"cuda_graph", "off"}});

  EXPECT_EQ(record.status, RunStatus::kOk);
  EXPECT_EQ(on.device->replays, 0);
}

TEST(BenchGraphTest, AutoSaysWhyItWasNotCaptured) {
  OnFakeDevice on;
  on.device->capture_error = "operation not permitted when stream is capturing";

  const RunRecord record = on.bench.run({});

  EXPECT_EQ(record.status, RunStatus::kOk);
  EXPECT_GT(value_of(record, "throughput/inference/images"), 0);
  EXPECT_THAT(record.effective, HasSubstr(R"("cuda_graph":{"value":"off")"));
  EXPECT_THAT(record.effective, HasSubstr("operation not permitted when stream is capturing"));
}

TEST(BenchGraphTest, OnIsRefusedWhereItCannotBe) {
  Bench bench;

  EXPECT_THAT([&] { bench.run({{"cuda_graph", "on"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("only a GPU replays graphs")));
}

TEST(BenchSensorsTest, TheRecordHasClockPowerTemperatureAndReasons) {
  OnFakeDevice on;
  on.device->fake_sensors.throttle_reasons = 0x4;

  const RunRecord record = on.bench.run({});

  EXPECT_THAT(record.effective, HasSubstr(R"("inference_sm_clock_median_mhz":{"value":1980)"));
  EXPECT_THAT(record.effective, HasSubstr(R"("inference_sm_clock_min_mhz":{"value":1980)"));
  EXPECT_THAT(record.effective, HasSubstr(R"("inference_power_mean_w":{"value":100)"));
  EXPECT_THAT(record.effective, HasSubstr(R"("inference_temperature_max_c":{"value":60)"));
  EXPECT_THAT(record.effective, HasSubstr(R"("sw_power_cap")"));
  EXPECT_THAT(record.flags, Not(Contains("throttled")));
}

TEST(BenchSensorsTest, ASlowedClockIsFlagged) {
  OnFakeDevice on;
  on.device->step_s = 0.001;
  on.device->fake_sensors.sm_clock_mhz = 900;

  const RunRecord record = on.bench.run({});

  EXPECT_THAT(record.flags, Contains("throttled"));
  EXPECT_THAT(record.effective, HasSubstr(R"("inference_discarded_steps":{"value":10)"));
}

TEST(BenchSensorsTest, ModelsThatFitTheCacheRunWithItFlushed) {
  for (const bool fits : {true, false}) {
    OnFakeDevice on;
    on.device->cache = fits ? 1 << 20 : 1 << 10;

    on.bench.run({});

    EXPECT_EQ(on.device->events.find('f') != std::string::npos, fits);
  }
}

TEST(BenchEnergyTest, IsMeasuredOnlyWhereAsked) {
  OnFakeDevice on;
  on.device->fake_sensors.energy_j = [] { return 100 * steady_now_s(); };

  const RunRecord without = on.bench.run({});
  const RunRecord with = on.bench.run({{"energy", "true"}});

  EXPECT_FALSE(find_measurement(without, "energy/inference/image").has_value());
  const auto energy = find_measurement(with, "energy/inference/image");
  ASSERT_TRUE(energy.has_value());
  EXPECT_EQ(energy->unit, Unit::kJoules);
  EXPECT_GT(energy->value, 0);
  EXPECT_GT(value_of(with, "power/idle"), 0);
}

TEST(BenchEnergyTest, WithoutACounterItIsAbsentAndTheRecordSaysSo) {
  Bench bench;

  const RunRecord record = bench.run({{"energy", "true"}});

  EXPECT_EQ(record.status, RunStatus::kOk);
  EXPECT_FALSE(find_measurement(record, "energy/inference/image").has_value());
  EXPECT_THAT(record.effective, HasSubstr(R"("energy":{"value":false)"));
}

TEST(BenchMfuTest, IsTheShareOfTheMeasuredPeak) {
  Bench bench;

  const RunRecord record = bench.run({{"mfu", "true"}});

  const double peak = value_of(record, "peak/flops");
  EXPECT_GT(peak, 1e6);
  EXPECT_DOUBLE_EQ(value_of(record, "mfu/inference"),
                   2 * kTinyMacs * value_of(record, "throughput/inference/images") / peak);
  EXPECT_EQ(value_of(bench.run({{"mfu", "true"}}), "peak/flops"), peak) << "once a process";
}

}  // namespace
}  // namespace yardstick
