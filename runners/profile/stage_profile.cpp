#include "runners/profile/stage_profile.h"

#include "metrics/statistics/interval.h"
#include "runners/evaluation.h"
#include "runners/module_access.h"

#include <yardstick/check.h>
#include <yardstick/error.h>

#include <c10/core/InferenceMode.h>

#include <chrono>
#include <cmath>
#include <optional>

namespace yardstick {
namespace {

using Clock = std::chrono::steady_clock;

// Seconds from each call of lap() to the next, with the device's work done at both.
class Laps {
 public:
  explicit Laps(DeviceBackend& device) : device_(device) { lap(); }
  double lap() {
    device_.synchronize();
    const Clock::time_point now = Clock::now();
    const double seconds = std::chrono::duration<double>(now - last_).count();
    last_ = now;
    return seconds;
  }

 private:
  DeviceBackend& device_;
  Clock::time_point last_ = Clock::now();
};

struct BatchTimes {
  double copy_s = 0;
  double forward_s = 0;
  double metric_s = 0;
};

}  // namespace

std::int64_t PipelineLimit::workers_needed() const {
  return static_cast<std::int64_t>(std::ceil(loader_s / consumer_s));
}

PipelineLimit pipeline_limit(const std::vector<Stage>& stages, std::int64_t workers) {
  PipelineLimit limit;
  limit.workers = workers;
  for (const Stage& stage : stages) {
    (stage.actor == StageActor::kLoader ? limit.loader_s : limit.consumer_s) +=
        median(stage.seconds_per_image);
  }
  YS_CHECK(limit.loader_s > 0 && limit.consumer_s > 0, limit.loader_s, " ", limit.consumer_s);
  return limit;
}

std::vector<Batch> load_all(BatchSource& source) {
  std::vector<Batch> batches;
  source.begin_epoch(0);
  while (std::optional<Batch> batch = source.next()) batches.push_back(std::move(*batch));
  return batches;
}

std::vector<Stage> time_consumer(Model& model, const std::vector<Batch>& batches,
                                 const BatchSource& source,
                                 const std::vector<std::unique_ptr<Metric>>& metrics,
                                 Precision precision, DeviceBackend& device,
                                 ProgressListener& progress, const StopRequested& stop) {
  if (batches.empty()) throw_user("there is no image to time the stages on");
  const c10::InferenceMode inference_mode;
  set_mode(model.module(), ModuleMode::kEval);
  for (const auto& metric : metrics) metric->reset();
  bool is_scored = false;
  const auto run = [&](const Batch& loaded) {
    BatchTimes times;
    Laps laps(device);
    const Batch batch = batch_to(loaded, device.device(), dtype_of(precision));
    times.copy_s = laps.lap();
    ModelOutput output = model.forward(batch);
    times.forward_s = laps.lap();
    is_scored = !metrics.empty() && output.logits.defined();
    if (!is_scored) return times;
    check_classes(output.logits.size(-1), source);
    laps.lap();
    output.logits = output.logits.to(at::kFloat);
    for (const auto& metric : metrics) metric->update(output, batch);
    times.metric_s = laps.lap();
    return times;
  };
  run(batches.front());

  Stage copy{.name = "copy", .seconds_per_image = {}};
  Stage forward{.name = "forward", .seconds_per_image = {}};
  Stage metric{.name = "metric", .seconds_per_image = {}};
  std::int64_t done = 0;
  for (const Batch& batch : batches) {
    const BatchTimes times = run(batch);
    const auto images = static_cast<double>(batch.size());
    copy.seconds_per_image.push_back(times.copy_s / images);
    forward.seconds_per_image.push_back(times.forward_s / images);
    metric.seconds_per_image.push_back(times.metric_s / images);
    progress.update({.stage = "stages",
                     .done = ++done,
                     .total = static_cast<std::int64_t>(batches.size()),
                     .loss = {}});
    if (stop && stop()) break;
  }
  std::vector<Stage> stages = {copy, forward};
  if (is_scored) stages.push_back(metric);
  return stages;
}

}  // namespace yardstick
