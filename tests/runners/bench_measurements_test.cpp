#include "runners/bench_measurements.h"

#include "tests/runners/run_fixture.h"

#include <gmock/gmock.h>

namespace yardstick {
namespace {

using test::find_measurement;
using test::value_of;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

StepTimes steps(std::size_t n) {
  StepTimes times;
  for (std::size_t i = 0; i < n; ++i) times.seconds.push_back(0.01 + 1e-6 * static_cast<double>(i));
  times.warmup = WarmupRule::State::kWarm;
  times.end = StopRule::Decision::kResolved;
  return times;
}

RunRecord empty_record() {
  RunRecord record;
  record.effective = "{}";
  return record;
}

TEST(RecordLatencyTest, APercentileAppearsAtItsNumberOfSamples) {
  for (const auto& [tag, needed] :
       {std::pair{"latency/inference/p90", 64u}, std::pair{"latency/inference/p95", 130u},
        std::pair{"latency/inference/p99", 662u}, std::pair{"latency/inference/p99.9", 6636u}}) {
    RunRecord below = empty_record();
    record_latency(steps(needed - 1), LatencySource::kMeasuredApart, below);
    RunRecord enough = empty_record();
    record_latency(steps(needed), LatencySource::kMeasuredApart, enough);

    EXPECT_FALSE(find_measurement(below, tag).has_value()) << tag;
    EXPECT_TRUE(find_measurement(enough, tag).has_value()) << tag;
  }
}

TEST(RecordThroughputTest, HowItEndedIsAFlag) {
  StepTimes times = steps(30);
  RunRecord calm = empty_record();
  record_throughput("inference", 1, times, calm);
  times.warmup = WarmupRule::State::kCapped;
  times.end = StopRule::Decision::kCapped;
  times.was_throttled = true;
  RunRecord capped = empty_record();
  record_throughput("inference", 1, times, capped);
  times = steps(30);
  times.end = StopRule::Decision::kPlateau;
  RunRecord settled = empty_record();
  record_throughput("inference", 1, times, settled);

  EXPECT_THAT(calm.flags, IsEmpty());
  EXPECT_THAT(capped.flags, ElementsAre("warmup_capped", "noisy", "throttled"));
  EXPECT_THAT(settled.flags, ElementsAre("noise_settled"));
  EXPECT_TRUE(find_measurement(capped, "throughput/inference/images")) << "flagged, not dropped";
}

TEST(RecordFirstStepsTest, HasAllDefinitionsOfMemory) {
  FirstSteps figures;
  figures.weights_bytes = 1000;
  figures.first = DeviceMemory{.peak_allocated_bytes = 700,
                               .peak_reserved_bytes = 3000,
                               .process_bytes = 9000,
                               .free_dip_bytes = 5000};
  figures.steady = {.peak_allocated_bytes = 400,
                    .peak_reserved_bytes = 2500,
                    .process_bytes = 9500,
                    .free_dip_bytes = 100};
  RunRecord record = empty_record();

  record_first_steps("inference", figures, record);

  EXPECT_EQ(value_of(record, "memory/weights"), 1000);
  EXPECT_EQ(value_of(record, "memory/inference/peak"), 1400);
  EXPECT_EQ(value_of(record, "memory/inference/activations"), 400);
  EXPECT_EQ(value_of(record, "memory/inference/first_step"), 700);
  EXPECT_EQ(value_of(record, "memory/inference/reserved"), 2500);
  EXPECT_EQ(value_of(record, "memory/inference/process"), 9500);
  EXPECT_EQ(value_of(record, "memory/inference/free_dip"), 5000);
}

TEST(RecordFirstStepsTest, WhatADeviceDoesNotTellIsAbsent) {
  RunRecord record = empty_record();

  record_first_steps("inference", {}, record);

  EXPECT_FALSE(find_measurement(record, "memory/inference/reserved"));
  EXPECT_FALSE(find_measurement(record, "memory/inference/process"));
  EXPECT_FALSE(find_measurement(record, "memory/inference/free_dip"));
}

TEST(RecordEnergyTest, AnUnconfirmedFigureIsFlagged) {
  RunRecord record = empty_record();
  record_energy({.joules_per_item = 2, .is_confirmed = true}, record);
  EXPECT_THAT(record.flags, IsEmpty());

  record_energy({.joules_per_item = 2, .is_confirmed = false}, record);
  EXPECT_THAT(record.flags, ElementsAre("energy_unconfirmed"));
}

RunRecord with_macs_and_rate(double macs, double images_per_s) {
  RunRecord record = empty_record();
  record.measurements.resize(2);
  record.measurements[0].tag = "macs/image";
  record.measurements[0].value = macs;
  record.measurements[1].tag = "throughput/inference/images";
  record.measurements[1].value = images_per_s;
  return record;
}

TEST(RecordMfuTest, IsTwiceTheMacsAtTheRateOverThePeak) {
  RunRecord record = with_macs_and_rate(1e9, 100);

  record_mfu(4e11, record);

  EXPECT_DOUBLE_EQ(value_of(record, "mfu/inference"), 0.5);
  EXPECT_THAT(record.flags, IsEmpty());
}

TEST(RecordMfuTest, OverAHundredPercentIsAnError) {
  RunRecord record = with_macs_and_rate(1e9, 100);

  record_mfu(1.9e11, record);

  EXPECT_THAT(record.flags, Contains("mfu_over_100_percent"));
  EXPECT_FALSE(record.on_leaderboard);
}

}  // namespace
}  // namespace yardstick
