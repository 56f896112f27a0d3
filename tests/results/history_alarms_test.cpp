#include "results/history_alarms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

namespace yardstick {
namespace {

constexpr double kStep_s = 0.1;

std::string night_name(std::size_t night) {
  char text[16];
  std::snprintf(text, sizeof text, "%04zu", night);
  return text;
}

// A night's five processes about `level`, one per cent apart; nights are a thousandth off in turn.
std::vector<double> night_values(std::size_t night, double level, double spread) {
  const double middle = level * (1 + 0.001 * (static_cast<double>(night % 3) - 1));
  std::vector<double> values;
  for (int i = -2; i <= 2; ++i) values.push_back(middle * (1 + spread * i));
  return values;
}

HistorySeries series_of(const std::vector<double>& levels, double spread = 0.01) {
  HistorySeries series;
  series.cell = "cell";
  series.device = "cpu";
  series.direction = Direction::kLowerIsBetter;
  for (const double level : levels) {
    const std::size_t night = series.points.size();
    series.points.push_back(
        {.when = night_name(night), .process_values = night_values(night, level, spread)});
  }
  find_regimes(series, 5);
  return series;
}

// `before` nights at 0.1 s, then `after` nights `factor` times that.
HistorySeries stepped(std::size_t before, std::size_t after, double factor, double spread = 0.01) {
  std::vector<double> levels(before, kStep_s);
  levels.resize(before + after, kStep_s * factor);
  return series_of(levels, spread);
}

HistoryFinding finding_of(const HistorySeries& series, FindingAnswer answer) {
  const HistoryChange& change = series.changes.back();
  return {.cell = series.cell,
          .device = series.device,
          .since = series.points[change.point].when,
          .before = change.before,
          .after = change.after,
          .points = static_cast<std::int64_t>(series.points.size() - change.point),
          .relative_noise = series.relative_noise,
          .answer = answer};
}

TEST(JudgeAlarmTest, IsQuietWithoutAChangeAndWithinTheLimit) {
  EXPECT_EQ(judge_alarm(stepped(20, 0, 1), {}).state, AlarmState::kNone);
  const HistorySeries small = stepped(20, 10, 1.008, 0.001);
  ASSERT_EQ(small.changes.size(), 1u);

  EXPECT_EQ(judge_alarm(small, {}).state, AlarmState::kNone);
  EXPECT_EQ(judge_alarm(small, {}, {.limit = 0.005}).state, AlarmState::kNew);
}

TEST(JudgeAlarmTest, WhatIsConfirmedIsKnownFromThenOn) {
  const HistorySeries first = stepped(20, 5, 1.05);
  ASSERT_EQ(judge_alarm(first, {}).state, AlarmState::kNew);
  const std::vector<HistoryFinding> earlier = {finding_of(first, FindingAnswer::kSlower)};

  for (const std::size_t nights : {6, 12, 60}) {
    const HistoryAlarm alarm = judge_alarm(stepped(20, nights, 1.05), earlier);
    EXPECT_EQ(alarm.state, AlarmState::kKnown) << nights;
    EXPECT_EQ(alarm.earlier, &earlier.front());
  }
}

TEST(JudgeAlarmTest, WhatIsKnownIsNewsAgainWhereItGrows) {
  const HistorySeries first = stepped(20, 5, 1.05);
  const std::vector<HistoryFinding> earlier = {finding_of(first, FindingAnswer::kSlower)};

  EXPECT_EQ(judge_alarm(stepped(20, 9, 1.052), earlier).state, AlarmState::kKnown);
  EXPECT_EQ(judge_alarm(stepped(20, 9, 1.09), earlier).state, AlarmState::kGrown);
}

TEST(JudgeAlarmTest, AnotherChangeIsNews) {
  const std::vector<HistoryFinding> earlier = {
      finding_of(stepped(20, 5, 1.05), FindingAnswer::kSlower)};
  std::vector<double> levels(20, kStep_s);
  levels.resize(40, kStep_s * 1.05);
  levels.resize(46, kStep_s * 1.12);
  EXPECT_EQ(judge_alarm(series_of(levels), earlier).state, AlarmState::kNew);

  // Back to where it was is another direction.
  levels.resize(40);
  levels.resize(46, kStep_s);
  EXPECT_EQ(judge_alarm(series_of(levels), earlier).state, AlarmState::kNew);

  HistorySeries elsewhere = stepped(20, 9, 1.05);
  elsewhere.device = "another";
  EXPECT_EQ(judge_alarm(elsewhere, earlier).state, AlarmState::kNew);
}

TEST(JudgeAlarmTest, WhatIsNotConfirmedWaitsForTwiceAsManyNights) {
  const HistorySeries first = stepped(20, 6, 1.05);
  for (const FindingAnswer answer : {FindingAnswer::kNotConfirmed, FindingAnswer::kNotResolved}) {
    const std::vector<HistoryFinding> earlier = {finding_of(first, answer)};
    EXPECT_EQ(judge_alarm(stepped(20, 11, 1.05), earlier).state, AlarmState::kWaiting);
    EXPECT_EQ(judge_alarm(stepped(20, 12, 1.05), earlier).state, AlarmState::kNew);
  }
}

// A build of the last night before a step that was placed two nights late has the step already.
TEST(BaselinePointTest, KeepsAMarginWithinTheRegimeBefore) {
  EXPECT_EQ(baseline_point(stepped(20, 10, 1.05)), 15u);

  std::vector<double> levels(20, kStep_s);
  levels.resize(27, kStep_s * 1.2);
  levels.resize(40, kStep_s * 1.4);
  const HistorySeries series = series_of(levels);
  ASSERT_EQ(series.changes.size(), 2u);
  EXPECT_EQ(baseline_point(series), 22u);
  EXPECT_EQ(baseline_point(series, {.shortest_regime = 9}), 20u);
}

TEST(ConfirmationProcessesTest, GrowAsTheEffectShrinks) {
  EXPECT_EQ(confirmation_processes(stepped(20, 10, 1.2)), 9);
  EXPECT_EQ(confirmation_processes(stepped(20, 10, 1.02, 0.02)), 30);
  EXPECT_EQ(confirmation_processes(stepped(20, 10, 1.02, 0.02), {.most_processes = 4}), 4);
  // 2 pi / 3 (0.0158 4.645 / ln 1.04)^2 = 7.3 of 0.01, twice that spread 29.2.
  EXPECT_EQ(confirmation_processes(stepped(20, 10, 1.04, 0.02)), 30);
  const auto some = confirmation_processes(stepped(20, 10, 1.05, 0.02));
  EXPECT_GT(some, 9);
  EXPECT_LT(some, 30);
}

TEST(CheckAgainstLevelTest, TellsWhichLevelFreshProcessesLieAt) {
  const HistorySeries series = stepped(20, 10, 1.05);
  const auto check = [&](double factor) {
    return check_against_level(series, night_values(1, kStep_s * factor, 0.01));
  };

  EXPECT_TRUE(check(1.05).is_confirmed);
  EXPECT_NEAR(check(1.05).ratio, 1.05, 0.002);
  EXPECT_LT(check(1.05).interval.low, 1.05);
  EXPECT_GT(check(1.05).interval.high, 1.05);
  EXPECT_FALSE(check(1.0).is_confirmed);
  EXPECT_FALSE(check(0.95).is_confirmed);
  EXPECT_FALSE(check(1.02).is_confirmed);  // nearer to the level before
}

TEST(CheckAgainstLevelTest, AFasterRegimeIsConfirmedByFasterProcesses) {
  const HistorySeries series = stepped(20, 10, 0.9);

  EXPECT_TRUE(check_against_level(series, night_values(1, kStep_s * 0.9, 0.01)).is_confirmed);
  EXPECT_FALSE(check_against_level(series, night_values(1, kStep_s * 1.1, 0.01)).is_confirmed);
}

TEST(LevelAfterTest, IsTheFartherOfBoth) {
  const HistoryChange slower{.point = 9, .before = 1, .after = 1.1};
  const HistoryChange faster{.point = 9, .before = 1, .after = 0.9};

  EXPECT_DOUBLE_EQ(level_after(slower, 1.2), 1.2);
  EXPECT_DOUBLE_EQ(level_after(slower, 1.05), 1.1);
  EXPECT_DOUBLE_EQ(level_after(faster, 0.8), 0.8);
  EXPECT_DOUBLE_EQ(level_after(faster, 0.95), 0.9);
}

}  // namespace
}  // namespace yardstick
