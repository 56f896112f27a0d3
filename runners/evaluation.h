#pragma once

#include "runners/device.h"
#include "runners/numerics.h"

#include <yardstick/metric.h>
#include <yardstick/model.h>
#include <yardstick/run.h>
#include <yardstick/task.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace yardstick {

// Copies a batch to `device`; floating inputs take `dtype`. Pinned memory is copied without
// waiting.
Batch batch_to(const Batch& batch, c10::Device device, c10::ScalarType dtype);

// Throws Data where the head has another number of classes than the data names.
void check_classes(const ModelOutput& output, const BatchSource& source);

// How weights of another precision than fp32 come about.
enum class WeightPolicy {
  kCast,      // the weights have the precision's dtype already
  kAutocast,  // fp32 weights, lower precision inside operators
};

struct EvaluationPlan {
  Precision precision = Precision::kFp32;
  WeightPolicy weights = WeightPolicy::kCast;
  std::string stage = "eval";
};

struct EvaluationResult {
  std::int64_t samples = 0;  // that reached the model
  double seconds = 0;        // loading included
  std::vector<BadInput> skipped;
  bool was_stopped = false;
};

// One pass over `source` in evaluation mode without gradients, into `metrics` (reset first).
// Restores nothing: the module stays in evaluation mode.
EvaluationResult run_evaluation(Model& model, BatchSource& source,
                                const std::vector<std::unique_ptr<Metric>>& metrics,
                                const EvaluationPlan& plan, DeviceBackend& device,
                                ProgressListener& progress, const StopRequested& stop);

// Appends the metrics' measurements and the first kept outcomes, the skipped inputs, the data's
// fingerprint, and the pass's time and speed.
void record_evaluation(RunRecord& record, const EvaluationResult& result, const BatchSource& source,
                       const std::vector<std::unique_ptr<Metric>>& metrics);

}  // namespace yardstick
