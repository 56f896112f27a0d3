#include "metrics/classification/classification_metric.h"

#include "metrics/builtin_metrics.h"
#include "tests/support/throws_error.h"

#include <yardstick/registry.h>

#include <ATen/ATen.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <vector>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

at::Tensor some_logits(std::int64_t samples, std::int64_t classes) {
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(5);
  return at::randn({samples, classes}, generator, at::kFloat);
}

Batch batch_of(const at::Tensor& targets, const at::Tensor& indices = {}) {
  return {.input = {}, .targets = targets, .indices = indices};
}

at::Tensor int64s(const std::vector<std::int64_t>& values) { return at::tensor(values, at::kLong); }

void feed(Metric& metric, const at::Tensor& logits, const at::Tensor& targets,
          std::int64_t batch_size) {
  const at::Tensor indices = at::arange(targets.size(0), at::kLong);
  for (std::int64_t from = 0; from < targets.size(0); from += batch_size) {
    const std::int64_t to = std::min(from + batch_size, targets.size(0));
    metric.update({.logits = logits.slice(0, from, to), .features = {}},
                  batch_of(targets.slice(0, from, to), indices.slice(0, from, to)));
  }
}

std::map<std::string, Measurement> by_tag(const Metric& metric) {
  std::map<std::string, Measurement> found;
  for (const Measurement& measurement : metric.compute()) found[measurement.tag] = measurement;
  return found;
}

TEST(ClassificationMetricTest, IsRegisteredWithTheTagsThatItComputes) {
  Registrar registrar;
  register_builtin_metrics(registrar);
  const MetricEntry& entry = registrar.metrics.get("classification");
  const auto metric = entry.build();
  feed(*metric, some_logits(9, 7), at::arange(9, at::kLong).remainder(7), 4);

  std::vector<std::string> tags;
  for (const Measurement& measurement : metric->compute()) tags.push_back(measurement.tag);

  EXPECT_EQ(tags, entry.tags);
}

TEST(ClassificationMetricTest, GivesTheSameBitsWhateverTheBatchSize) {
  const at::Tensor logits = some_logits(101, 33);
  const at::Tensor targets = at::arange(101, at::kLong).remainder(33);
  ClassificationMetric whole;
  feed(whole, logits, targets, 101);

  for (const std::int64_t batch_size : {1, 7, 64}) {
    ClassificationMetric split;
    feed(split, logits, targets, batch_size);

    for (const auto& [tag, measurement] : by_tag(split)) {
      EXPECT_EQ(measurement.value, by_tag(whole)[tag].value) << tag;
      EXPECT_EQ(measurement.low, by_tag(whole)[tag].low) << tag;
      EXPECT_EQ(measurement.high, by_tag(whole)[tag].high) << tag;
    }
    EXPECT_EQ(split.outcomes()->prediction, whole.outcomes()->prediction);
    EXPECT_EQ(split.outcomes()->target_log_prob, whole.outcomes()->target_log_prob);
  }
}

TEST(ClassificationMetricTest, LeavesOutPaddedSamples) {
  const at::Tensor logits = some_logits(10, 6);
  ClassificationMetric padded;
  padded.update({.logits = logits, .features = {}},
                batch_of(int64s({0, 1, 2, 3, 4, 5, 0, -1, -1, -100})));
  ClassificationMetric exact;
  exact.update({.logits = logits.slice(0, 0, 7), .features = {}},
               batch_of(int64s({0, 1, 2, 3, 4, 5, 0})));

  EXPECT_EQ(by_tag(padded)["accuracy/top1"].n, 7);
  for (const auto& [tag, measurement] : by_tag(padded)) {
    EXPECT_EQ(measurement.value, by_tag(exact)[tag].value) << tag;
  }
}

TEST(ClassificationMetricTest, MergesToWhatOneWouldHaveCounted) {
  const at::Tensor logits = some_logits(60, 12);
  const at::Tensor targets = at::arange(60, at::kLong).remainder(12);
  ClassificationMetric whole;
  feed(whole, logits, targets, 60);
  ClassificationMetric left;
  feed(left, logits.slice(0, 0, 25), targets.slice(0, 0, 25), 10);
  ClassificationMetric right;
  feed(right, logits.slice(0, 25), targets.slice(0, 25), 10);

  left.merge(right);

  for (const auto& [tag, measurement] : by_tag(left)) {
    EXPECT_NEAR(measurement.value, by_tag(whole)[tag].value, 1e-14) << tag;
    EXPECT_EQ(measurement.n, 60);
  }
  EXPECT_EQ(left.outcomes()->prediction, whole.outcomes()->prediction);
}

TEST(ClassificationMetricTest, MergesWithOneThatSawNothing) {
  ClassificationMetric empty;
  ClassificationMetric full;
  feed(full, some_logits(6, 3), int64s({0, 1, 2, 0, 1, 2}), 6);

  empty.merge(full);
  full.merge(ClassificationMetric());

  EXPECT_EQ(by_tag(empty)["loss/nll"].value, by_tag(full)["loss/nll"].value);
}

TEST(ClassificationMetricTest, RefusesToMergeAnotherClassCount) {
  ClassificationMetric three;
  feed(three, some_logits(2, 3), int64s({0, 1}), 2);
  ClassificationMetric four;
  feed(four, some_logits(2, 4), int64s({0, 1}), 2);

  EXPECT_THAT([&] { three.merge(four); },
              ThrowsError(ErrorKind::kData, HasSubstr("logits of 4 classes")));
}

TEST(ClassificationMetricTest, ComputesNothingFromNothing) {
  ClassificationMetric metric;
  EXPECT_TRUE(metric.compute().empty());

  metric.update({.logits = some_logits(2, 3), .features = {}}, batch_of(int64s({-1, -1})));

  EXPECT_TRUE(metric.compute().empty());
}

TEST(ClassificationMetricTest, StartsAnewAfterReset) {
  ClassificationMetric metric;
  feed(metric, some_logits(2, 3), int64s({0, 1}), 2);

  metric.reset();

  EXPECT_TRUE(metric.compute().empty());
  EXPECT_TRUE(metric.outcomes()->index.empty());
  feed(metric, some_logits(2, 9), int64s({0, 1}), 2);
  EXPECT_EQ(by_tag(metric)["accuracy/top1"].n, 2);
}

TEST(ClassificationMetricTest, KeepsTheOutcomeOfEachSample) {
  const at::Tensor logits = at::tensor(std::vector<float>{0, 1, 1, 5, 2, 2}).view({2, 3});
  ClassificationMetric metric;
  metric.update({.logits = logits, .features = {}}, batch_of(int64s({2, 0}), int64s({41, 7})));

  const Outcomes& outcomes = *metric.outcomes();

  EXPECT_THAT(outcomes.index, ElementsAre(41, 7));
  EXPECT_THAT(outcomes.target, ElementsAre(2, 0));
  EXPECT_THAT(outcomes.prediction, ElementsAre(1, 0));
  EXPECT_NEAR(outcomes.target_log_prob[0], 1 - std::log(1 + 2 * std::exp(1.0)), 1e-6);
}

TEST(ClassificationMetricTest, NumbersSamplesWithoutIndicesByPosition) {
  ClassificationMetric metric;
  metric.update({.logits = some_logits(2, 3), .features = {}}, batch_of(int64s({-1, 1})));
  metric.update({.logits = some_logits(1, 3), .features = {}}, batch_of(int64s({0})));

  EXPECT_THAT(metric.outcomes()->index, ElementsAre(1, 2));
}

TEST(ClassificationMetricTest, TakesHalfPrecisionAndStridedLogits) {
  const at::Tensor logits = some_logits(20, 8).to(at::kBFloat16);
  const at::Tensor targets = at::arange(20, at::kLong).remainder(8);
  ClassificationMetric half;
  feed(half, logits.t().contiguous().t(), targets.to(at::kInt), 20);
  ClassificationMetric single;
  feed(single, logits.to(at::kFloat), targets, 20);

  EXPECT_EQ(by_tag(half)["loss/nll"].value, by_tag(single)["loss/nll"].value);
  EXPECT_EQ(by_tag(half)["accuracy/top5"].value, by_tag(single)["accuracy/top5"].value);
}

TEST(ClassificationMetricTest, NamesTheSampleWithATargetOutOfRange) {
  ClassificationMetric metric;

  EXPECT_THAT(
      [&] {
        metric.update({.logits = some_logits(2, 3), .features = {}},
                      batch_of(int64s({0, 3}), int64s({8, 9})));
      },
      ThrowsError(ErrorKind::kData, HasSubstr("sample 9 is of class 3, and the model has only 3")));
}

TEST(ClassificationMetricTest, NamesTheSampleWithNaNLogits) {
  at::Tensor logits = some_logits(3, 4);
  logits[2][1] = std::nan("");
  ClassificationMetric metric;

  EXPECT_THAT(
      [&] { metric.update({.logits = logits, .features = {}}, batch_of(int64s({0, 1, 2}))); },
      ThrowsError(ErrorKind::kData, HasSubstr("NaN or infinite logits for sample 2")));
}

TEST(ClassificationMetricTest, IgnoresTheLogitsOfPaddedSamples) {
  at::Tensor logits = some_logits(2, 4);
  logits[1].fill_(std::nan(""));
  ClassificationMetric metric;

  metric.update({.logits = logits, .features = {}}, batch_of(int64s({0, -1})));

  EXPECT_EQ(by_tag(metric)["accuracy/top1"].n, 1);
}

TEST(ClassificationMetricTest, RefusesShapesThatDoNotFit) {
  ClassificationMetric metric;

  EXPECT_THAT([&] { metric.update({}, batch_of(int64s({0}))); },
              ThrowsError(ErrorKind::kUser, HasSubstr("computes none")));
  EXPECT_THAT([&] { metric.update({.logits = some_logits(1, 3), .features = {}}, {}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("needs targets")));
  EXPECT_THAT(
      [&] { metric.update({.logits = some_logits(2, 3), .features = {}}, batch_of(int64s({0}))); },
      ThrowsError(ErrorKind::kData, HasSubstr("[2, 3] do not fit targets of shape [1]")));
}

TEST(ClassificationMetricTest, HasAnIntervalAroundEachMean) {
  ClassificationMetric metric;
  feed(metric, some_logits(500, 10), at::arange(500, at::kLong).remainder(10), 100);

  for (const auto& [tag, measurement] : by_tag(metric)) {
    if (tag == "calibration/mce15" || tag == "calibration/rmsce15") {
      EXPECT_FALSE(measurement.low || measurement.high) << tag;
      continue;
    }
    ASSERT_TRUE(measurement.low && measurement.high) << tag;
    EXPECT_LT(*measurement.low, measurement.value) << tag;
    EXPECT_GT(*measurement.high, measurement.value) << tag;
  }
}

// 50,000 samples, 50 of each class, right in 42 of the 50: half-width 0.32 points both ways.
TEST(ClassificationMetricTest, KnowsTheErrorBarOfImageNet) {
  const at::Tensor targets = at::arange(50'000, at::kLong).remainder(1000);
  const at::Tensor is_right = at::arange(50'000, at::kLong).div(1000, "floor").lt(42);
  const at::Tensor logits = at::zeros({50'000, 1000});
  logits.scatter_(1, at::where(is_right, targets, (targets + 1).remainder(1000)).unsqueeze(1), 9.0);
  ClassificationMetric metric;
  feed(metric, logits, targets, 5000);

  const Measurement top1 = by_tag(metric)["accuracy/top1"];
  const Measurement mean_per_class = by_tag(metric)["accuracy/mean_per_class"];

  EXPECT_EQ(top1.value, 0.84);
  EXPECT_NEAR((*top1.high - *top1.low) / 2, 0.0032, 5e-5);
  EXPECT_NEAR(mean_per_class.value, 0.84, 1e-12);
  EXPECT_NEAR((*mean_per_class.high - *mean_per_class.low) / 2, 0.0033, 5e-5);
}

TEST(ClassificationMetricTest, GivesNoIntervalToAnInfiniteLoss) {
  const at::Tensor logits = at::tensor(std::vector<float>{0, -INFINITY, 1, 2}).view({2, 2});
  ClassificationMetric metric;
  feed(metric, logits, int64s({1, 1}), 2);

  EXPECT_EQ(by_tag(metric)["loss/nll"].value, INFINITY);
  EXPECT_FALSE(by_tag(metric)["loss/nll"].low);
}

}  // namespace
}  // namespace yardstick
