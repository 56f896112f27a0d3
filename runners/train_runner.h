#pragma once

#include "runners/job.h"

#include <yardstick/metric.h>
#include <yardstick/objective.h>

#include <memory>
#include <string>
#include <vector>

namespace yardstick {

// Settings of `yardstick train`: epochs, batch_size, lr, ..., each with its default and help.
const ParamSchema& train_settings();

struct TrainJob {
  Subject subject;
  const Task& task;
  std::string data_root;  // "" for the task's own data
  const ObjectiveEntry& objective;
  const Params& objective_params;                // of objective.schema
  const Params& settings;                        // of train_settings()
  std::vector<std::unique_ptr<Metric>> metrics;  // on the validation split, after the last epoch;
                                                 // unused where no classifier is trained
  std::string output_dir;  // checkpoint.safetensors (resumable) and model.safetensors (weights)
  bool resume = false;     // continue from output_dir's checkpoint, bit for bit on a CPU
};

// Trains, evaluates on the validation split (the metrics, or "val/loss" where the objective trains
// no classifier), and returns the record. model.safetensors carries the model's name and
// parameters, preprocessing, task and class names as metadata, so that eval and bench need only the
// file. With ema_decay the averaged weights are evaluated and written, which the metadata says.
// Stopped by the context: a last checkpoint is written and the record says interrupted. Throws User
// where the objective refuses the model.
RunRecord train(TrainJob& job, const JobContext& context);

}  // namespace yardstick
