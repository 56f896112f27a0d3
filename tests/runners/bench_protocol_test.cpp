#include "runners/bench_protocol.h"

#include "tests/support/throws_error.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <random>

namespace yardstick {
namespace {

using testing::HasSubstr;
using State = WarmupRule::State;
using Decision = StopRule::Decision;

ProtocolProfile standard() { return protocol_profile("default"); }

// Feeds `count` steps of `step_s` each and returns the state after the last.
State feed(WarmupRule& rule, int count, double step_s, std::int64_t segments = 1,
           std::optional<double> clock_mhz = {}, double start_s = 0) {
  State state = State::kWarming;
  for (int i = 1; i <= count; ++i) {
    state = rule.add({start_s + i * step_s, step_s, segments, clock_mhz});
    if (state != State::kWarming) return state;
  }
  return state;
}

// Spread evenly over 0.9 to 1.1 at every length, by the golden ratio: the noise does not depend on
// n.
std::vector<double> noisy_series(std::size_t n) {
  std::vector<double> values;
  for (std::size_t i = 0; i < n; ++i) {
    values.push_back(0.9 + 0.2 * std::fmod(static_cast<double>(i) * 0.6180339887498949, 1.0));
  }
  return values;
}

TEST(ProtocolProfileTest, DefaultHasTheNumbersOfTheProtocol) {
  const ProtocolProfile profile = standard();

  EXPECT_EQ(profile.warmup_min_steps, 10);
  EXPECT_EQ(profile.warmup_min_s, 2);
  EXPECT_EQ(profile.warmup_cap_s, 20);
  EXPECT_EQ(profile.warmup_max_slope, 1e-3);
  EXPECT_EQ(profile.min_samples, 30);
  EXPECT_EQ(profile.min_s, 1);
  EXPECT_EQ(profile.cap_s, 15);
  EXPECT_EQ(profile.target_half_width, 5e-3);
  EXPECT_EQ(protocol_profile("publish").cap_s, 60);
}

TEST(ProtocolProfileTest, UnknownNameGetsTheNearest) {
  EXPECT_THAT([] { protocol_profile("smok"); },
              test::ThrowsError(ErrorKind::kUser, HasSubstr("smoke")));
}

TEST(WarmupRuleTest, IsWarmAtTenStepsWhenTheyTakeTwoSeconds) {
  WarmupRule rule(standard());

  EXPECT_EQ(feed(rule, 9, 0.25), State::kWarming);
  EXPECT_EQ(rule.add({2.5, 0.25, 1, {}}), State::kWarm);
}

TEST(WarmupRuleTest, WaitsForTwoSecondsOfShortSteps) {
  WarmupRule rule(standard());

  EXPECT_EQ(feed(rule, 199, 0.01), State::kWarming);
  EXPECT_EQ(rule.add({2.0, 0.01, 1, {}}), State::kWarm);
}

TEST(WarmupRuleTest, WaitsUntilFiveStepsBroughtNoNewSegment) {
  WarmupRule rule(standard());

  EXPECT_EQ(feed(rule, 9, 0.25), State::kWarming);
  EXPECT_EQ(feed(rule, 5, 0.25, /*segments=*/2, {}, 2.25), State::kWarming);
  EXPECT_EQ(rule.add({3.75, 0.25, 2, {}}), State::kWarm);
}

TEST(WarmupRuleTest, WaitsWhileStepsGetFaster) {
  WarmupRule rule(standard());
  State state = State::kWarming;
  double elapsed_s = 0;
  for (int i = 0; i < 30; ++i) {
    const double step_s = 0.3 * std::pow(0.995, i);
    state = rule.add({elapsed_s += step_s, step_s, 1, {}});
    EXPECT_EQ(state, State::kWarming);
  }

  EXPECT_EQ(feed(rule, 10, 0.25, 1, {}, elapsed_s), State::kWarm);
}

TEST(WarmupRuleTest, OneSlowStepDoesNotHoldItUp) {
  WarmupRule rule(standard());
  feed(rule, 9, 0.25);

  EXPECT_EQ(rule.add({3.25, 1.0, 1, {}}), State::kWarm);
}

TEST(WarmupRuleTest, WaitsForTheClockToRestForASecond) {
  WarmupRule rule(standard());
  feed(rule, 8, 0.25, 1, 1200.0);

  EXPECT_EQ(feed(rule, 4, 0.25, 1, 1900.0, 2.0), State::kWarming);
  EXPECT_EQ(rule.add({3.25, 0.25, 1, 1905.0}), State::kWarm);
}

TEST(WarmupRuleTest, AClockWithinTwoPercentRests) {
  for (const auto& [mhz, state] : {std::pair{1938.0, State::kWarm}, {1943.0, State::kWarming}}) {
    WarmupRule rule(standard());
    feed(rule, 9, 0.25, 1, 1900.0);

    EXPECT_EQ(rule.add({2.5, 0.25, 1, mhz}), state) << mhz;
  }
}

TEST(WarmupRuleTest, IsCappedWhereItNeverRests) {
  WarmupRule rule(standard());
  State state = State::kWarming;
  for (int i = 1; state == State::kWarming; ++i) state = rule.add({i * 0.5, 0.5, i, {}});

  EXPECT_EQ(state, State::kCapped);
}

TEST(ClockRuleTest, KeepsFromThreeQuartersOfTheDefaultOn) {
  ClockRule rule(2000.0);

  EXPECT_TRUE(rule.keeps(1500.0));
  EXPECT_FALSE(rule.keeps(1499.0));
  EXPECT_TRUE(rule.keeps(1999.0));
  EXPECT_EQ(rule.discarded(), 1);
  EXPECT_FALSE(rule.is_throttled());
}

TEST(ClockRuleTest, DiscardsTenThenKeepsAndFlags) {
  ClockRule rule(2000.0);
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(rule.keeps(1000.0)) << i;
    EXPECT_TRUE(rule.keeps(2000.0)) << i;
    EXPECT_FALSE(rule.is_throttled()) << i;
  }

  EXPECT_TRUE(rule.keeps(1000.0));
  EXPECT_EQ(rule.discarded(), 10);
  EXPECT_TRUE(rule.is_throttled());
}

TEST(ClockRuleTest, KeepsWhatItKnowsNoClockOf) {
  ClockRule without_default(std::nullopt);
  ClockRule rule(2000.0);

  EXPECT_TRUE(without_default.keeps(10.0));
  EXPECT_TRUE(rule.keeps(std::nullopt));
  EXPECT_EQ(rule.discarded(), 0);
}

TEST(RelativeSlopeTest, IsTheChangeAStepOverTheMedian) {
  EXPECT_DOUBLE_EQ(relative_slope(std::vector<double>{1, 2, 3, 4, 5}), 1.0 / 3.0);
  EXPECT_DOUBLE_EQ(relative_slope(std::vector<double>{2, 2, 2}), 0);
  EXPECT_DOUBLE_EQ(relative_slope(std::vector<double>{2}), 0);
}

TEST(RelativeHalfWidthTest, IsInfiniteWithoutAnInterval) {
  EXPECT_EQ(relative_half_width(std::vector<double>{1, 1, 1, 1, 1}),
            std::numeric_limits<double>::infinity());
  EXPECT_EQ(relative_half_width(std::vector<double>{1, 1, 1, 1, 1, 1}), 0);
}

TEST(StopRuleTest, GoesOnBelowThirtySamplesHoweverSteady) {
  const StopRule rule(standard());

  EXPECT_EQ(rule.decide(std::vector<double>(29, 0.1), 2.9), Decision::kContinue);
  EXPECT_EQ(rule.decide(std::vector<double>(30, 0.1), 3.0), Decision::kResolved);
}

TEST(StopRuleTest, GoesOnBelowOneSecondHoweverSteady) {
  const StopRule rule(standard());

  EXPECT_EQ(rule.decide(std::vector<double>(500, 0.001), 0.5), Decision::kContinue);
  EXPECT_EQ(rule.decide(std::vector<double>(1000, 0.001), 1.0), Decision::kResolved);
}

TEST(StopRuleTest, StopsAtThePlateauWhereTheCapWouldComeFirst) {
  const StopRule rule(standard());

  EXPECT_EQ(rule.decide(noisy_series(90), 9.0), Decision::kPlateau);
}

TEST(StopRuleTest, GoesOnPastThePlateauWhereTheTargetIsNear) {
  ProtocolProfile profile = standard();
  profile.cap_s = 1e6;
  const StopRule rule(profile);

  EXPECT_EQ(rule.decide(noisy_series(90), 9.0), Decision::kContinue);
}

TEST(StopRuleTest, IsCappedWhileTheNoiseStillGrows) {
  std::vector<double> values;
  for (int i = 0; i < 60; ++i) values.push_back(1 + (i % 2 == 0 ? 0.002 : -0.002) * i);
  const StopRule rule(standard());

  EXPECT_EQ(rule.decide(values, 14.0), Decision::kContinue);
  EXPECT_EQ(rule.decide(values, 15.0), Decision::kCapped);
}

TEST(StopRuleTest, IsCappedBeforeThirtySlowSamples) {
  const StopRule rule(standard());

  EXPECT_EQ(rule.decide(std::vector<double>(4, 4.0), 16.0), Decision::kCapped);
}

TEST(NoiseTest, SettlesWhereTheSpreadStaysAsItIs) {
  EXPECT_TRUE(noise_has_settled(noisy_series(96)));
  EXPECT_FALSE(noise_has_settled(noisy_series(63)));
}

TEST(NoiseTest, HasNotSettledWhileTheSpreadGrows) {
  std::mt19937 draw(3);
  std::normal_distribution<double> normal;
  std::vector<double> values;
  for (int i = 0; i < 200; ++i) values.push_back(10 + normal(draw) * i / 200);

  EXPECT_FALSE(noise_has_settled(values));
}

}  // namespace
}  // namespace yardstick
