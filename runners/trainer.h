#pragma once

#include "runners/device.h"
#include "runners/ema.h"
#include "runners/loss_scaler.h"
#include "runners/optim/optimizer.h"
#include "runners/step_draws.h"
#include "runners/train_checkpoint.h"
#include "runners/train_config.h"

#include <yardstick/model.h>
#include <yardstick/objective.h>
#include <yardstick/run.h>
#include <yardstick/task.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace yardstick {

// Sums losses on the device and remembers the first that is not finite, so that a GPU is waited for
// only where somebody reads.
class LossTracker {
 public:
  explicit LossTracker(c10::Device device);

  // The mean loss of optimiser step number `step`.
  void add(const at::Tensor& loss, std::int64_t step);
  void begin_epoch(double sum_so_far);

  double sum() const;
  double last() const;
  std::optional<std::int64_t> first_non_finite_step() const;

 private:
  at::Tensor sum_;       // double
  at::Tensor last_;      // double
  at::Tensor bad_step_;  // int64, -1 for none
};

// What is trained, on what, to what end.
struct Training {
  Model& model;
  Objective& objective;
  bool trains_classifier = true;
  BatchSource& source;
};

// The training loop. Every random draw of step s comes from generators seeded with (seed, s), and
// the data's from (seed, epoch, index), so that a run goes on from any step as if it had never
// stopped.
class Trainer {
 public:
  struct Hooks {
    // Keeps a checkpoint; its identity and circumstances are still empty.
    std::function<void(TrainCheckpoint checkpoint)> save;
    // Evaluates between epochs; a line for the milestone and the first metric's value.
    std::function<std::pair<std::string, std::optional<double>>()> evaluate;
  };
  enum class End {
    kFinished,
    kStopped,   // by `stop`; a checkpoint was saved
    kDiverged,  // a loss was not finite; nothing was saved since
  };

  Trainer(const Training& training, const TrainConfig& config, DeviceBackend& device,
          ProgressListener& progress, StopRequested stop, Hooks hooks);

  // Takes over weights, averages, optimiser and position. Throws Data where a tensor is missing or
  // misshapen.
  void restore(const TrainCheckpoint& checkpoint);

  End run();

  // After run(): leaves the averaged weights in the model, where averages are kept. Training cannot
  // go on after that.
  void adopt_averages();

  const TrainProgress& progress() const noexcept { return state_; }
  std::optional<std::int64_t> diverged_step() const { return losses_.first_non_finite_step(); }
  std::int64_t steps_per_epoch() const noexcept { return steps_per_epoch_; }

 private:
  End run_epoch();
  // False at the end of the epoch's data.
  bool run_step();
  // Forward and backward of one batch; its loss divided by the number of batches a step.
  at::Tensor accumulate_gradients(const Batch& loaded, StepDraws& draws);
  void update_weights();
  std::string evaluate();
  bool read_losses_is_due() const;
  void report();
  void save_if_due();
  void save();
  void finish_epoch();
  double session_seconds() const;

  Model& model_;
  Objective& objective_;
  bool trains_classifier_;
  BatchSource& source_;
  TrainConfig config_;
  DeviceBackend& device_;
  ProgressListener& listener_;
  StopRequested stop_;
  Hooks hooks_;
  std::int64_t steps_per_epoch_;
  std::unique_ptr<Optimizer> optimizer_;
  std::optional<ModelEma> averages_;
  std::optional<LossScaler> scaler_;
  LossTracker losses_;
  TrainProgress state_;

  double session_start_s_ = 0;  // on the steady clock, moved past evaluations
  double earlier_seconds_ = 0;  // of the sessions before
  std::int64_t earlier_images_ = 0;
  double last_save_s_ = 0;
  double last_read_s_ = 0;
};

}  // namespace yardstick
