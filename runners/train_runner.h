#pragma once

#include "runners/job.h"

#include <yardstick/metric.h>

#include <memory>
#include <string>
#include <vector>

namespace yardstick {

// Settings of `yardstick train`: epochs, batch_size, lr, ..., each with its default and help.
const ParamSchema& train_settings();

struct TrainJob {
  Subject subject;
  const Task& task;
  std::string data_root;                         // "" for the task's own data
  const Params& settings;                        // of train_settings()
  std::vector<std::unique_ptr<Metric>> metrics;  // on the validation split, after the last epoch
  std::string output_dir;  // checkpoint.safetensors (resumable) and model.safetensors (weights)
  bool resume = false;     // continue from output_dir's checkpoint, bit for bit on a CPU
};

// Trains, evaluates on the validation split, and returns the record. model.safetensors carries the
// model's name and parameters, preprocessing, task and class names as metadata, so that eval and
// bench need only the file. Stopped by the context: a last checkpoint is written and the record
// says interrupted.
RunRecord train(TrainJob& job, const JobContext& context);

}  // namespace yardstick
