#pragma once

#include "runners/device.h"
#include "runners/numerics.h"

#include <yardstick/metric.h>
#include <yardstick/model.h>
#include <yardstick/run.h>
#include <yardstick/task.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace yardstick {

// Copies a batch to `device`; floating inputs take `dtype`. Pinned memory is copied without
// waiting.
Batch batch_to(const Batch& batch, c10::Device device, c10::ScalarType dtype);

// Throws Data where the head has another number of classes than the data names; `classes`: nothing
// for a model without logits.
void check_classes(std::optional<std::int64_t> classes, const BatchSource& source);

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

// What a forward pass under the plan is autocast to; kFp32 for nothing.
Precision autocast_precision(const EvaluationPlan& plan);

// One pass over `source` in evaluation mode without gradients: `body` gets each batch on the device
// in the plan's type, with its number from 0. Restores nothing: the module stays in evaluation
// mode.
EvaluationResult for_each_batch(Model& model, BatchSource& source, const EvaluationPlan& plan,
                                DeviceBackend& device, ProgressListener& progress,
                                const StopRequested& stop,
                                const std::function<void(const Batch&, std::int64_t)>& body);

// Such a pass with the model's forward into `metrics` (reset first).
EvaluationResult run_evaluation(Model& model, BatchSource& source,
                                const std::vector<std::unique_ptr<Metric>>& metrics,
                                const EvaluationPlan& plan, DeviceBackend& device,
                                ProgressListener& progress, const StopRequested& stop);

// Where the pass was stopped, says so in the record and returns true.
bool note_interruption(RunRecord& record, const EvaluationResult& result,
                       const BatchSource& source);

// Appends the skipped inputs, the data's fingerprint, and the pass's time and speed.
void record_pass(RunRecord& record, const EvaluationResult& result, const BatchSource& source);

// The same behind the metrics' measurements and the first kept outcomes.
void record_evaluation(RunRecord& record, const EvaluationResult& result, const BatchSource& source,
                       const std::vector<std::unique_ptr<Metric>>& metrics);

}  // namespace yardstick
