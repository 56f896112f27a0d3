#pragma once

#include <yardstick/run.h>

#include <gmock/gmock.h>

namespace yardstick::test {

MATCHER_P(SameMeasurement, expected, "") {
  return arg.tag == expected.tag && arg.value == expected.value && arg.low == expected.low &&
         arg.high == expected.high && arg.unit == expected.unit &&
         arg.direction == expected.direction && arg.n == expected.n && arg.about == expected.about;
}

MATCHER_P(SameSeries, expected, "") {
  return arg.tag == expected.tag && arg.unit == expected.unit && arg.values == expected.values;
}

inline void expect_equal_records(const RunRecord& actual, const RunRecord& expected) {
  using testing::Pointwise;
  EXPECT_EQ(actual.id, expected.id);
  EXPECT_EQ(actual.kind, expected.kind);
  EXPECT_EQ(actual.status, expected.status);
  EXPECT_EQ(actual.reason, expected.reason);
  EXPECT_EQ(actual.started_at, expected.started_at);
  EXPECT_EQ(actual.duration_s, expected.duration_s);
  EXPECT_EQ(actual.model, expected.model);
  EXPECT_EQ(actual.weights_tag, expected.weights_tag);
  EXPECT_EQ(actual.methods, expected.methods);
  EXPECT_EQ(actual.task, expected.task);
  EXPECT_EQ(actual.split, expected.split);
  EXPECT_EQ(actual.device, expected.device);
  EXPECT_EQ(actual.precision, expected.precision);
  EXPECT_EQ(actual.batch_size, expected.batch_size);
  EXPECT_EQ(actual.requested, expected.requested);
  EXPECT_EQ(actual.effective, expected.effective);
  EXPECT_EQ(actual.flags, expected.flags);
  EXPECT_EQ(actual.on_leaderboard, expected.on_leaderboard);
  EXPECT_EQ(actual.provenance, expected.provenance);
  ASSERT_EQ(actual.measurements.size(), expected.measurements.size());
  for (std::size_t i = 0; i < expected.measurements.size(); ++i) {
    EXPECT_THAT(actual.measurements[i], SameMeasurement(expected.measurements[i])) << i;
  }
  ASSERT_EQ(actual.samples.size(), expected.samples.size());
  for (std::size_t i = 0; i < expected.samples.size(); ++i) {
    EXPECT_THAT(actual.samples[i], SameSeries(expected.samples[i])) << i;
  }
  ASSERT_EQ(actual.outcomes.has_value(), expected.outcomes.has_value());
  if (!expected.outcomes) return;
  EXPECT_EQ(actual.outcomes->index, expected.outcomes->index);
  EXPECT_EQ(actual.outcomes->target, expected.outcomes->target);
  EXPECT_EQ(actual.outcomes->prediction, expected.outcomes->prediction);
  EXPECT_EQ(actual.outcomes->target_log_prob, expected.outcomes->target_log_prob);
}

}  // namespace yardstick::test
