#pragma once

#include <yardstick/tensor_file.h>

#include <cstdint>
#include <optional>
#include <string>

namespace yardstick {

// Where a training run stands: everything that is not a tensor.
struct TrainProgress {
  std::int64_t epoch = 0;             // finished epochs
  std::int64_t step_in_epoch = 0;     // finished optimiser steps of the epoch under way
  std::int64_t step = 0;              // finished optimiser steps in all
  std::int64_t images = 0;            // seen in all
  double seconds = 0;                 // spent training, over all sessions
  double loss_sum = 0;                // over the steps of the epoch under way
  double last_epoch_loss = 0;         // mean over the last finished epoch
  std::optional<double> best_metric;  // of the evaluations on the way
  bool is_finished = false;           // trained to the end

  bool operator==(const TrainProgress&) const = default;
};

// A resumable checkpoint: model, optimiser and scaler state by prefixed name ("model.",
// "optimizer.", "scaler."), and what the run was asked to compute.
struct TrainCheckpoint {
  TensorMap tensors;
  TrainProgress progress;
  // JSON objects. A run resumes only where `identity` (model, parameters, task, data, settings that
  // decide the result) is equal; `circumstances` (threads, device) may differ at the price of bits.
  std::string identity;
  std::string circumstances;
};

void write_checkpoint(const std::string& path, const TrainCheckpoint& checkpoint);

// Throws Data, naming the file, where it is malformed or no training checkpoint.
TrainCheckpoint read_train_checkpoint(const std::string& path);

// "lr is 0.001 here and 0.01 in the checkpoint, ..." over all keys that differ; "" for none.
std::string describe_differences(const std::string& here, const std::string& checkpoint);

// The tensors under `prefix`, without it; and the reverse.
TensorMap with_prefix(const std::string& prefix, const TensorMap& tensors);
TensorMap without_prefix(const std::string& prefix, const TensorMap& tensors);

}  // namespace yardstick
