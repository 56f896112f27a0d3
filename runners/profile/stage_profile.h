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

// Who does a part of the way from file to score: any number of loader threads at a time, or the one
// thread that also waits for the model.
enum class StageActor { kLoader, kConsumer };

// A part of that way, timed alone.
struct Stage {
  std::string name;  // "decode"
  StageActor actor = StageActor::kConsumer;
  std::vector<double> seconds_per_image;  // as often as it was timed; not empty
};

// Which part limits the whole with `workers` loader threads:
//   loader:   workers / (median read + median decode + ...) images a second
//   consumer: 1 / (median collate + median copy + ...)
// each as if it had its cores to itself, since loading and the model overlap.
struct PipelineLimit {
  std::int64_t workers = 1;
  double loader_s = 0;    // of one image on one loader thread
  double consumer_s = 0;  // of one image behind the loader
  double loader_images_per_s() const { return static_cast<double>(workers) / loader_s; }
  double consumer_images_per_s() const { return 1 / consumer_s; }
  bool is_loader_limited() const { return loader_images_per_s() < consumer_images_per_s(); }
  // The fewest loader threads that keep up with the consumer.
  std::int64_t workers_needed() const;
};

// The loader's times must be greater than 0.
PipelineLimit pipeline_limit(const std::vector<Stage>& stages, std::int64_t workers);

// All batches of an epoch, with nothing else running meanwhile.
std::vector<Batch> load_all(BatchSource& source);

// "copy", "forward" and, where there are metrics and logits, "metric" of each batch, in evaluation
// mode: the model is on `device` in the precision's type. The first batch is run once untimed.
// Throws Data where the model's head does not fit the source's classes, User where there is no
// batch.
std::vector<Stage> time_consumer(Model& model, const std::vector<Batch>& batches,
                                 const BatchSource& source,
                                 const std::vector<std::unique_ptr<Metric>>& metrics,
                                 Precision precision, DeviceBackend& device,
                                 ProgressListener& progress, const StopRequested& stop);

}  // namespace yardstick
