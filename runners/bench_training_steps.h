#pragma once

#include "runners/adamw.h"
#include "runners/device.h"
#include "runners/loss_scaler.h"
#include "runners/numerics.h"

#include <yardstick/model.h>
#include <yardstick/objective.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace yardstick {

// What training steps that are only measured run on.
struct TrainingSetup {
  Model& model;  // in training mode, on the device, in fp32
  Objective& objective;
  bool needs_targets;
  DeviceBackend& device;
  Precision precision;
  bool uses_channels_last = false;
};

// A float batch on the device, without targets.
Batch training_input(const TrainingSetup& setup, const at::Tensor& images);

// The same of each of `host_buffers`, with random labels where the objective needs any.
std::vector<Batch> training_batches(const TrainingSetup& setup,
                                    const std::vector<at::Tensor>& host_buffers);

// Steps of the objective's loss, backward and AdamW, with autocast for bf16 and fp16 and so small a
// rate that the weights stay.
class TrainingSteps {
 public:
  explicit TrainingSteps(const TrainingSetup& setup);

  void run(const Batch& batch);

  // The parts of a step, in this order.
  at::Tensor loss(const Batch& batch);
  void backward(const at::Tensor& loss);
  void update();

 private:
  const TrainingSetup& setup_;
  Adamw optimizer_;
  std::optional<LossScaler> scaler_;
  std::int64_t step_ = 0;
};

}  // namespace yardstick
