#include "runners/evaluation.h"

#include "runners/data_settings.h"
#include "runners/module_access.h"

#include <yardstick/error.h>

#include <c10/core/InferenceMode.h>

#include <chrono>

namespace yardstick {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

Batch batch_to(const Batch& batch, c10::Device device, c10::ScalarType dtype) {
  Batch moved;
  moved.input = batch.input.to(device, dtype, /*non_blocking=*/true);
  if (batch.targets.defined()) {
    moved.targets = batch.targets.to(device, batch.targets.scalar_type(), /*non_blocking=*/true);
  }
  moved.indices = batch.indices;
  return moved;
}

void check_classes(std::optional<std::int64_t> classes, const BatchSource& source) {
  if (!classes || source.class_names().empty()) return;
  const auto named = static_cast<std::int64_t>(source.class_names().size());
  if (*classes == named) return;
  throw_data(concat("the data has ", named, " classes and the model's head ", *classes),
             concat("build the model with classes=", named, ", or give the matching data"));
}

Precision autocast_precision(const EvaluationPlan& plan) {
  return plan.weights == WeightPolicy::kAutocast ? plan.precision : Precision::kFp32;
}

EvaluationResult for_each_batch(Model& model, BatchSource& source, const EvaluationPlan& plan,
                                DeviceBackend& device, ProgressListener& progress,
                                const StopRequested& stop,
                                const std::function<void(const Batch&, std::int64_t)>& body) {
  const c10::InferenceMode inference_mode;
  const c10::ScalarType dtype =
      plan.weights == WeightPolicy::kAutocast ? at::kFloat : dtype_of(plan.precision);
  set_mode(model.module(), ModuleMode::kEval);

  EvaluationResult result;
  const Clock::time_point start = Clock::now();
  source.begin_epoch(0);
  std::int64_t batches = 0;
  while (const std::optional<Batch> loaded = source.next()) {
    const Batch batch = batch_to(*loaded, device.device(), dtype);
    body(batch, batches);
    result.samples += batch.size();

    const double seconds = seconds_since(start);
    progress.update({.stage = plan.stage,
                     .done = ++batches,
                     .total = source.batches(),
                     .epoch = 0,
                     .epochs = 0,
                     .items_per_s = static_cast<double>(result.samples) / seconds,
                     .loss = {}});
    if (stop && stop()) {
      result.was_stopped = true;
      break;
    }
  }
  device.synchronize();
  result.seconds = seconds_since(start);
  result.skipped = source.bad_inputs();
  return result;
}

EvaluationResult run_evaluation(Model& model, BatchSource& source,
                                const std::vector<std::unique_ptr<Metric>>& metrics,
                                const EvaluationPlan& plan, DeviceBackend& device,
                                ProgressListener& progress, const StopRequested& stop) {
  for (const auto& metric : metrics) metric->reset();
  const auto score = [&](const Batch& batch, std::int64_t number) {
    ModelOutput output;
    {
      const AutocastScope autocast(device.device().type(), autocast_precision(plan));
      output = model.forward(batch);
    }
    if (output.logits.defined()) {
      if (number == 0) check_classes(output.logits.size(-1), source);
      output.logits = output.logits.to(at::kFloat);
    }
    for (const auto& metric : metrics) metric->update(output, batch);
  };
  return for_each_batch(model, source, plan, device, progress, stop, score);
}

bool note_interruption(RunRecord& record, const EvaluationResult& result,
                       const BatchSource& source) {
  if (!result.was_stopped) return false;
  record.status = RunStatus::kInterrupted;
  record.reason = concat("stopped after ", result.samples, " of ", source.size(), " samples");
  return true;
}

void record_evaluation(RunRecord& record, const EvaluationResult& result, const BatchSource& source,
                       const std::vector<std::unique_ptr<Metric>>& metrics) {
  for (const auto& metric : metrics) {
    for (Measurement& measurement : metric->compute()) {
      record.measurements.push_back(std::move(measurement));
    }
    if (const Outcomes* outcomes = metric->outcomes(); outcomes != nullptr && !record.outcomes) {
      record.outcomes = *outcomes;
    }
  }
  record_pass(record, result, source);
}

void record_pass(RunRecord& record, const EvaluationResult& result, const BatchSource& source) {
  record.provenance["data_fingerprint"] = source.fingerprint();
  record.measurements.push_back({.tag = "throughput/eval/images",
                                 .value = static_cast<double>(result.samples) / result.seconds,
                                 .low = {},
                                 .high = {},
                                 .unit = Unit::kPerSecond,
                                 .direction = Direction::kHigherIsBetter,
                                 .n = result.samples,
                                 .about = "end to end, loading and decoding included; one pass"});
  record.measurements.push_back({.tag = "time/eval",
                                 .value = result.seconds,
                                 .low = {},
                                 .high = {},
                                 .unit = Unit::kSeconds,
                                 .direction = Direction::kLowerIsBetter,
                                 .n = 1,
                                 .about = "the whole pass"});
  record_skipped(record, result.skipped);
}

}  // namespace yardstick
