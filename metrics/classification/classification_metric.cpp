#include "metrics/classification/classification_metric.h"

#include "metrics/classification/sample_score.h"
#include "metrics/statistics/interval.h"

#include <yardstick/check.h>
#include <yardstick/error.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <utility>

namespace yardstick {
namespace {

constexpr std::int64_t kTop = 5;

at::Tensor on_cpu(const at::Tensor& tensor, at::ScalarType type) {
  // The transfer comes first: half precision is half the bytes.
  return tensor.detach().to(at::kCPU).to(type).contiguous();
}

void check_shapes(const at::Tensor& logits, const at::Tensor& targets) {
  if (!logits.defined()) {
    throw_user("the classification metric needs logits, and this model computes none",
               "choose a model with a classifier head");
  }
  if (!targets.defined()) {
    throw_user("the classification metric needs targets, and this task has none");
  }
  if (logits.dim() != 2 || logits.size(1) < 1 || targets.dim() != 1 ||
      targets.size(0) != logits.size(0)) {
    throw_data(concat("logits of shape ", logits.sizes(), " do not fit targets of shape ",
                      targets.sizes(), "; expected [N, classes] and [N]"));
  }
}

}  // namespace

void ClassificationMetric::Sum::add(double x) {
  value += x;
  squares += x * x;
}

void ClassificationMetric::Sum::merge(const Sum& other) {
  value += other.value;
  squares += other.squares;
}

std::vector<std::string> ClassificationMetric::tags() {
  return {"accuracy/top1",     "accuracy/top5",     "accuracy/mean_per_class", "loss/nll",
          "calibration/ece15", "calibration/mce15", "calibration/rmsce15",     "calibration/brier"};
}

void ClassificationMetric::set_classes(std::int64_t classes) {
  if (classes > std::numeric_limits<std::int32_t>::max()) {
    throw_data(concat(classes, " classes are more than a record can number"));
  }
  if (classes_.empty()) classes_.resize(static_cast<std::size_t>(classes));
  if (static_cast<std::int64_t>(classes_.size()) != classes) {
    throw_data(concat("logits of ", classes, " classes follow logits of ", classes_.size()));
  }
}

void ClassificationMetric::update(const ModelOutput& output, const Batch& batch) {
  check_shapes(output.logits, batch.targets);
  const at::Tensor logits = on_cpu(output.logits, at::kFloat);
  const at::Tensor targets = on_cpu(batch.targets, at::kLong);
  at::Tensor indices;
  if (batch.indices.defined()) indices = on_cpu(batch.indices, at::kLong);
  set_classes(logits.size(1));

  const float* row = logits.const_data_ptr<float>();
  const std::int64_t* target = targets.const_data_ptr<std::int64_t>();
  const std::int64_t* index = indices.defined() ? indices.const_data_ptr<std::int64_t>() : nullptr;
  for (std::int64_t i = 0; i < logits.size(0); ++i, row += logits.size(1), ++seen_) {
    if (target[i] >= 0) add_sample(row, target[i], index ? index[i] : seen_);
  }
}

void ClassificationMetric::add_sample(const float* logits, std::int64_t target,
                                      std::int64_t index) {
  const auto classes = static_cast<std::int64_t>(classes_.size());
  if (target >= classes) {
    throw_data(concat("sample ", index, " is of class ", target, ", and the model has only ",
                      classes, " classes"),
               "check the order of the class folders, or build the model with more --set classes=");
  }
  const auto score = score_sample({logits, classes_.size()}, target);
  if (!score) {
    throw_data(concat("the model produced NaN or infinite logits for sample ", index),
               "check the weights, or try --precision fp32");
  }

  const bool is_correct = score->target_rank == 0;
  top1_ += is_correct;
  top5_ += score->target_rank < kTop;
  ClassCount& of_class = classes_[static_cast<std::size_t>(target)];
  ++of_class.samples;
  of_class.correct += is_correct;
  nll_.add(-score->target_log_prob);
  brier_.add(score->brier);
  bins_.add(score->confidence, is_correct);
  outcomes_.index.push_back(index);
  outcomes_.target.push_back(static_cast<std::int32_t>(target));
  outcomes_.prediction.push_back(static_cast<std::int32_t>(score->prediction));
  outcomes_.target_log_prob.push_back(static_cast<float>(score->target_log_prob));
}

void ClassificationMetric::merge(const Metric& other) {
  const auto* that = dynamic_cast<const ClassificationMetric*>(&other);
  YS_CHECK(that != nullptr && that != this, "classification metrics merge with another of theirs");
  if (that->classes_.empty()) {
    seen_ += that->seen_;
    return;
  }
  set_classes(static_cast<std::int64_t>(that->classes_.size()));
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    classes_[i].samples += that->classes_[i].samples;
    classes_[i].correct += that->classes_[i].correct;
  }
  seen_ += that->seen_;
  top1_ += that->top1_;
  top5_ += that->top5_;
  nll_.merge(that->nll_);
  brier_.merge(that->brier_);
  bins_.merge(that->bins_);
  const auto append = [](auto& to, const auto& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  append(outcomes_.index, that->outcomes_.index);
  append(outcomes_.target, that->outcomes_.target);
  append(outcomes_.prediction, that->outcomes_.prediction);
  append(outcomes_.target_log_prob, that->outcomes_.target_log_prob);
}

void ClassificationMetric::reset() { *this = ClassificationMetric(); }

Measurement ClassificationMetric::accuracy(std::string tag, std::int64_t correct,
                                           std::string about) const {
  const Interval interval = wilson_interval(correct, counted());
  return {.tag = std::move(tag),
          .value = static_cast<double>(correct) / static_cast<double>(counted()),
          .low = interval.low,
          .high = interval.high,
          .unit = Unit::kFraction,
          .direction = Direction::kHigherIsBetter,
          .n = counted(),
          .about = std::move(about)};
}

Measurement ClassificationMetric::mean_per_class() const {
  std::int64_t occurring = 0;
  double recall = 0;
  double variance = 0;
  for (const ClassCount& one : classes_) {
    if (one.samples == 0) continue;
    ++occurring;
    const double n = static_cast<double>(one.samples);
    recall += static_cast<double>(one.correct) / n;
    const double smoothed = static_cast<double>(one.correct + 1) / (n + 2);
    variance += smoothed * (1 - smoothed) / n;
  }
  const double value = recall / static_cast<double>(occurring);
  const Interval interval =
      normal_interval(value, std::sqrt(variance) / static_cast<double>(occurring));
  return {.tag = "accuracy/mean_per_class",
          .value = value,
          .low = std::max(0.0, interval.low),
          .high = std::min(1.0, interval.high),
          .unit = Unit::kFraction,
          .direction = Direction::kHigherIsBetter,
          .n = counted(),
          .about = concat("mean recall over the ", occurring, " of ", classes_.size(),
                          " classes that occur; normal interval, stratified by class")};
}

Measurement ClassificationMetric::mean(std::string tag, const Sum& sum, Unit unit,
                                       std::string about) const {
  const double n = static_cast<double>(counted());
  Measurement measurement{.tag = std::move(tag),
                          .value = sum.value / n,
                          .low = {},
                          .high = {},
                          .unit = unit,
                          .direction = Direction::kLowerIsBetter,
                          .n = counted(),
                          .about = std::move(about)};
  if (counted() > 1 && std::isfinite(sum.squares)) {
    const double variance =
        std::max(0.0, sum.squares - n * measurement.value * measurement.value) / (n - 1);
    const Interval interval = normal_interval(measurement.value, std::sqrt(variance / n));
    measurement.low = std::max(0.0, interval.low);
    measurement.high = interval.high;
  }
  return measurement;
}

Measurement ClassificationMetric::calibration(std::string tag, double value,
                                              std::string about) const {
  return {.tag = std::move(tag),
          .value = value,
          .low = {},
          .high = {},
          .unit = Unit::kFraction,
          .direction = Direction::kLowerIsBetter,
          .n = counted(),
          .about = std::move(about)};
}

std::vector<Measurement> ClassificationMetric::compute() const {
  if (counted() == 0) return {};
  const auto k = std::min(kTop, static_cast<std::int64_t>(classes_.size()));
  Measurement ece = calibration("calibration/ece15", bins_.expected_error(),
                                "expected calibration error, 15 equal-width bins of the top-1 "
                                "confidence; interval lowered by the possible bias");
  const Interval interval = bins_.expected_error_interval();
  ece.low = interval.low;
  ece.high = interval.high;
  return {accuracy("accuracy/top1", top1_,
                   "target has the largest logit, ties to the lower class; Wilson interval"),
          accuracy("accuracy/top5", top5_,
                   concat("target among the ", k, " largest logits; Wilson interval")),
          mean_per_class(),
          mean("loss/nll", nll_, Unit::kNats,
               "mean negative log-likelihood; normal interval of the mean"),
          std::move(ece),
          calibration("calibration/mce15", bins_.maximum_error(),
                      "largest calibration gap of a bin, 15 equal-width bins; no interval"),
          calibration("calibration/rmsce15", bins_.rms_error(),
                      "root mean squared calibration gap, 15 equal-width bins; no interval"),
          mean("calibration/brier", brier_, Unit::kNone,
               "Brier score summed over classes, 0 to 2; normal interval of the mean")};
}

}  // namespace yardstick
