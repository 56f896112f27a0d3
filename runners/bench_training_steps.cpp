#include "runners/bench_training_steps.h"

#include "runners/gradients.h"
#include "runners/model_classes.h"
#include "runners/module_access.h"
#include "runners/step_draws.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/randint.h>

namespace yardstick {

Batch training_input(const TrainingSetup& setup, const at::Tensor& images) {
  Batch batch;
  batch.input = images.to(setup.device.device(), at::kFloat, /*non_blocking=*/false, /*copy=*/true);
  if (setup.uses_channels_last && batch.input.dim() == 4) {
    batch.input = batch.input.contiguous(at::MemoryFormat::ChannelsLast);
  }
  return batch;
}

std::vector<Batch> training_batches(const TrainingSetup& setup,
                                    const std::vector<at::Tensor>& host_buffers) {
  std::vector<Batch> batches;
  for (const at::Tensor& images : host_buffers) batches.push_back(training_input(setup, images));
  if (!setup.needs_targets) return batches;
  const std::optional<std::int64_t> classes = model_classes(setup.model, batches.front());
  if (!classes) return batches;  // the objective says what it needs
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(std::uint64_t{0});
  for (Batch& batch : batches) {
    batch.targets = at::randint(*classes, {batch.size()}, generator,
                                at::TensorOptions(at::kCPU).dtype(at::kLong))
                        .to(setup.device.device());
  }
  return batches;
}

TrainingSteps::TrainingSteps(const TrainingSetup& setup)
    : setup_(setup),
      optimizer_(weight_decay_groups(parameters_of(setup.model.module()), 0.05), {}) {
  if (setup.precision == Precision::kFp16) {
    scaler_.emplace(setup.device.device(), LossScaler::Options{});
  }
}

void TrainingSteps::run(const Batch& batch) {
  backward(loss(batch));
  update();
}

at::Tensor TrainingSteps::loss(const Batch& batch) {
  StepDraws draws(/*seed=*/0, step_++);
  const AutocastScope autocast(setup_.device.device().type(), setup_.precision);
  const DrawsScope scope(draws);
  return setup_.objective.loss(setup_.model, batch, draws);
}

void TrainingSteps::backward(const at::Tensor& loss) {
  (scaler_ ? scaler_->scale(loss) : loss).backward();
}

void TrainingSteps::update() {
  if (scaler_) scaler_->unscale(gradients_of(optimizer_.groups()));
  // So small a rate keeps the weights in place, and the arithmetic with it, over any number of
  // steps.
  constexpr double kRate = 1e-8;
  optimizer_.step(kRate, scaler_ ? scaler_->found_inf() : at::Tensor());
  if (scaler_) scaler_->update();
  clear_gradients(setup_.model.module());
}

}  // namespace yardstick
