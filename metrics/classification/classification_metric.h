#pragma once

#include "metrics/classification/calibration_bins.h"

#include <yardstick/metric.h>

#include <cstdint>
#include <string>
#include <vector>

namespace yardstick {

// Single-label classification from logits: accuracy, likelihood and calibration in one pass.
//
// Computed in double from the logits as float32, one sample after the other, so that the results do
// not depend on how samples are batched. Among equal logits the lower class ranks first. Samples
// with a target below 0 are not counted.
//
//   accuracy/top1            Wilson interval
//   accuracy/top5            k = min(5, classes); Wilson interval
//   accuracy/mean_per_class  mean recall over the classes that occur; normal interval of a mean of
//                            independent proportions, the variance of each from one added success
//                            and one added failure, as few samples of a class often agree
//   loss/nll                 mean negative log-likelihood; normal interval of the mean
//   calibration/ece15        interval: CalibrationBins::expected_error_interval
//   calibration/mce15, calibration/rmsce15   without interval
//   calibration/brier        summed over classes, 0..2; normal interval of the mean
class ClassificationMetric final : public Metric {
 public:
  // Needs output.logits [N, classes] and batch.targets [N], on any device. Throws Data, naming the
  // sample by batch.indices (or, without them, its position in what was seen), on a target that the
  // model has no class for and on logits without a softmax (NaN or +infinity).
  void update(const ModelOutput& output, const Batch& batch) override;
  void merge(const Metric& other) override;
  // Nothing where no sample was counted.
  std::vector<Measurement> compute() const override;
  void reset() override;
  const Outcomes* outcomes() const override { return &outcomes_; }

  static std::vector<std::string> tags();

 private:
  struct ClassCount {
    std::int64_t samples = 0;
    std::int64_t correct = 0;
  };
  struct Sum {
    double value = 0;
    double squares = 0;

    void add(double x);
    void merge(const Sum& other);
  };

  void set_classes(std::int64_t classes);
  void add_sample(const float* logits, std::int64_t target, std::int64_t index);
  std::int64_t counted() const { return static_cast<std::int64_t>(outcomes_.index.size()); }
  Measurement accuracy(std::string tag, std::int64_t correct, std::string about) const;
  Measurement mean_per_class() const;
  Measurement mean(std::string tag, const Sum& sum, Unit unit, std::string about) const;
  Measurement calibration(std::string tag, double value, std::string about) const;

  std::int64_t seen_ = 0;  // samples, those that are not counted included
  std::vector<ClassCount> classes_;
  std::int64_t top1_ = 0;
  std::int64_t top5_ = 0;
  Sum nll_;
  Sum brier_;
  CalibrationBins bins_;
  Outcomes outcomes_;
};

}  // namespace yardstick
