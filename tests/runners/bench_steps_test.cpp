#include "runners/bench_steps.h"

#include "tests/runners/fake_device.h"
#include "tests/runners/run_fixture.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace yardstick {
namespace {

using testing::Each;
using testing::HasSubstr;
using testing::Not;

// Ends after a few samples, however they vary.
ProtocolProfile brief() {
  ProtocolProfile profile = protocol_profile("test");
  profile.min_samples = 40;
  return profile;
}

struct Timed {
  test::FakeDevice device;
  StepPlan plan{.step = [](std::int64_t) {}, .stage = "inference"};
  ProtocolProfile profile = brief();

  StepTimes run() {
    test::RecordingListener listener;
    return time_steps(plan, profile, device, listener, /*stop=*/{});
  }
};

TEST(TimeStepsTest, TheDeviceIsNotWaitedForWithinTheTimedPart) {
  Timed timed;
  timed.device.step_s = 0.01;

  const StepTimes times = timed.run();

  EXPECT_GE(times.seconds.size(), 40u);
  EXPECT_THAT(times.seconds, Each(0.01));
  EXPECT_EQ(timed.device.synchronizations, 0);
}

TEST(TimeStepsTest, LatencyWaitsBeforeAndAfterEachStep) {
  Timed timed;
  timed.plan.clock = StepClock::kHost;

  const StepTimes times = timed.run();

  const auto steps = times.warmup_steps + static_cast<std::int64_t>(times.seconds.size());
  EXPECT_EQ(timed.device.synchronizations, 2 * steps);
}

TEST(TimeStepsTest, TheCacheIsFlushedOutsideTheTimedPart) {
  Timed timed;
  timed.device.step_s = 0.01;
  timed.plan.flushes_cache = true;

  timed.run();

  EXPECT_THAT(timed.device.events, testing::StartsWith("f()f()"));
  EXPECT_THAT(timed.device.events, Not(HasSubstr("(f")));
  EXPECT_THAT(timed.device.events, Not(HasSubstr(")(")));
}

TEST(TimeStepsTest, StepsAtASlowedClockAreDiscardedUpToTen) {
  Timed timed;
  timed.device.step_s = 0.01;
  timed.device.fake_sensors.sm_clock_mhz = 1200;
  timed.device.fake_sensors.throttle_reasons = 0x4;

  const StepTimes times = timed.run();

  EXPECT_EQ(times.discarded_steps, 10);
  EXPECT_TRUE(times.was_throttled);
  EXPECT_GE(times.seconds.size(), 40u);
  EXPECT_EQ(times.sensors.throttle_reasons, 0x4u);
}

TEST(TimeStepsTest, AFullClockDiscardsNothing) {
  Timed timed;
  timed.device.step_s = 0.01;

  const StepTimes times = timed.run();

  EXPECT_EQ(times.discarded_steps, 0);
  EXPECT_FALSE(times.was_throttled);
}

TEST(TimeStepsTest, WithoutSensorsEverythingIsKept) {
  Timed timed;
  timed.device.step_s = 0.01;
  timed.device.has_sensors = false;

  const StepTimes times = timed.run();

  EXPECT_EQ(times.discarded_steps, 0);
  EXPECT_FALSE(times.sensors.median_clock_mhz.has_value());
}

}  // namespace
}  // namespace yardstick
