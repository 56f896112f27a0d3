#include "runners/sensors.h"

#include "tests/runners/fake_device.h"

#include <gmock/gmock.h>

#include <chrono>
#include <thread>

namespace yardstick {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

TimedReading clock_at(double at_s, double mhz) { return {at_s, {.sm_clock_mhz = mhz}}; }
TimedReading power_at(double at_s, double watts) { return {at_s, {.power_w = watts}}; }

TEST(SensorSummaryTest, HasTheExtremesAndEveryReasonEverGiven) {
  const std::vector<TimedReading> readings = {
      {0, {.sm_clock_mhz = 1900, .power_w = 300, .temperature_c = 50, .throttle_reasons = 0x4}},
      {1, {.sm_clock_mhz = 1200, .power_w = 500, .temperature_c = 71, .throttle_reasons = 0}},
      {2, {.sm_clock_mhz = 1950, .power_w = 400, .temperature_c = 70, .throttle_reasons = 0x40}}};

  const SensorSummary summary = summarize(readings);

  EXPECT_THAT(summary.median_clock_mhz, Optional(1900.0));
  EXPECT_THAT(summary.min_clock_mhz, Optional(1200.0));
  EXPECT_THAT(summary.mean_power_w, Optional(400.0));
  EXPECT_THAT(summary.max_temperature_c, Optional(71.0));
  EXPECT_THAT(throttle_reason_names(summary.throttle_reasons),
              ElementsAre("sw_power_cap", "hw_thermal_slowdown"));
}

TEST(SensorSummaryTest, WhatIsNotToldIsEmpty) {
  const SensorSummary summary = summarize(std::vector<TimedReading>{{0, {}}, {1, {}}});

  EXPECT_FALSE(summary.median_clock_mhz || summary.min_clock_mhz || summary.mean_power_w ||
               summary.max_temperature_c);
  EXPECT_THAT(throttle_reason_names(summary.throttle_reasons), IsEmpty());
}

TEST(ThrottleReasonTest, AnUnknownBitIsNamedByItsNumber) {
  EXPECT_THAT(throttle_reason_names(std::uint64_t{1} << 63 | 0x8),
              ElementsAre("hw_slowdown", "bit_63"));
}

TEST(ClockNearTest, IsTheNearestReadingWithinAQuarterSecond) {
  const std::vector<TimedReading> readings = {
      clock_at(1.0, 1000), clock_at(1.1, 1100), {1.15, {.power_w = 5}}, clock_at(2.0, 2000)};

  EXPECT_THAT(clock_near(readings, 1.04), Optional(1000.0));
  EXPECT_THAT(clock_near(readings, 1.16), Optional(1100.0));
  EXPECT_THAT(clock_near(readings, 2.25), Optional(2000.0));
  EXPECT_EQ(clock_near(readings, 1.5), std::nullopt);
}

TEST(IntegratedPowerTest, FollowsALineBetweenReadings) {
  const std::vector<TimedReading> readings = {power_at(0, 100), power_at(2, 300), power_at(4, 300)};

  EXPECT_THAT(integrated_power(readings, 0, 4), Optional(DoubleEq(400 + 600)));
  EXPECT_THAT(integrated_power(readings, 1, 3), Optional(DoubleEq(250 + 300)));
}

TEST(IntegratedPowerTest, HoldsTheEndsAndWantsTwoReadings) {
  const std::vector<TimedReading> readings = {power_at(1, 100), power_at(2, 200)};

  EXPECT_THAT(integrated_power(readings, 0, 4), Optional(DoubleEq(100 + 150 + 400)));
  EXPECT_EQ(integrated_power(std::span(readings).first(1), 0, 4), std::nullopt);
}

TEST(SensorSamplerTest, KeepsReadingUntilItEnds) {
  test::FakeSensors sensors;
  {
    const SensorSampler sampler(&sensors, /*interval_s=*/0.001);
    while (sampler.readings().size() < 3) std::this_thread::yield();
    const std::vector<TimedReading> readings = sampler.readings();
    EXPECT_LT(readings[0].at_s, readings[1].at_s);
    EXPECT_EQ(readings[0].values.sm_clock_mhz, 1980);
    EXPECT_THAT(sampler.readings(steady_now_s() + 60), IsEmpty());
  }
  const int reads = sensors.reads;
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(sensors.reads, reads);
}

TEST(SensorSamplerTest, WithoutSensorsThereIsNothing) {
  const SensorSampler sampler(nullptr);

  EXPECT_THAT(sampler.readings(), IsEmpty());
  EXPECT_FALSE(sampler.latest().has_value());
}

}  // namespace
}  // namespace yardstick
