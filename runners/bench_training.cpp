#include "runners/bench_training.h"

#include "runners/adamw.h"
#include "runners/bench_measurements.h"
#include "runners/gradients.h"
#include "runners/loss_scaler.h"
#include "runners/step_draws.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/randint.h>

#include <chrono>
#include <optional>

namespace yardstick {
namespace {

// The bits of a module's weights, on the host, to be put back after a piece of training.
class WeightsSnapshot {
 public:
  WeightsSnapshot(torch::nn::Module& module, c10::Device device, c10::ScalarType dtype)
      : module_(module), device_(device), dtype_(dtype) {
    const at::NoGradGuard no_grad;
    for (const auto& [name, tensor] : state_of(module)) saved_[name] = tensor.cpu().clone();
  }

  void restore() {
    clear_gradients(module_);
    move_module(module_, device_, dtype_);
    load_state(module_, saved_);
    set_mode(module_, ModuleMode::kEval);
  }

 private:
  torch::nn::Module& module_;
  c10::Device device_;
  c10::ScalarType dtype_;
  TensorMap saved_;
};

class TrainingSteps {
 public:
  explicit TrainingSteps(const TrainingBench& bench)
      : bench_(bench),
        optimizer_(weight_decay_groups(parameters_of(bench.model.module()), 0.05), {}) {
    if (bench.precision == Precision::kFp16) {
      scaler_.emplace(bench.device.device(), LossScaler::Options{});
    }
  }

  void run(const Batch& batch) {
    StepDraws draws(/*seed=*/0, step_++);
    at::Tensor loss;
    {
      const AutocastScope autocast(bench_.device.device().type(), bench_.precision);
      loss = bench_.objective.loss(bench_.model, batch, draws);
    }
    (scaler_ ? scaler_->scale(loss) : loss).backward();
    if (scaler_) scaler_->unscale(gradients_of(optimizer_.groups()));
    // So small a rate keeps the weights in place, and the arithmetic with it, over any number of
    // steps.
    constexpr double kRate = 1e-8;
    optimizer_.step(kRate, scaler_ ? scaler_->found_inf() : at::Tensor());
    if (scaler_) scaler_->update();
    clear_gradients(bench_.model.module());
  }

 private:
  const TrainingBench& bench_;
  Adamw optimizer_;
  std::optional<LossScaler> scaler_;
  std::int64_t step_ = 0;
};

std::int64_t count_classes(Model& model, const Batch& batch) {
  const at::NoGradGuard no_grad;
  return model.forward(batch).logits.size(-1);
}

Batch to_device(const TrainingBench& bench, const at::Tensor& images) {
  Batch batch;
  batch.input = images.to(bench.device.device(), at::kFloat, /*non_blocking=*/false, /*copy=*/true);
  if (bench.uses_channels_last && batch.input.dim() == 4) {
    batch.input = batch.input.contiguous(at::MemoryFormat::ChannelsLast);
  }
  return batch;
}

void add_random_targets(const TrainingBench& bench, std::vector<Batch>& batches) {
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(std::uint64_t{0});
  const std::int64_t classes = count_classes(bench.model, batches.front());
  for (Batch& batch : batches) {
    batch.targets = at::randint(classes, {batch.size()}, generator,
                                at::TensorOptions(at::kCPU).dtype(at::kLong))
                        .to(bench.device.device());
  }
}

void measure_steps(const TrainingBench& bench, ProgressListener& progress,
                   const StopRequested& stop, RunRecord& record) {
  DeviceBackend& device = bench.device;
  const at::AutoGradMode with_gradients(true);
  std::vector<Batch> batches;
  for (const at::Tensor& images : bench.host_buffers) batches.push_back(to_device(bench, images));
  if (bench.needs_targets) add_random_targets(bench, batches);

  {
    // The optimiser's moments belong to what training holds, so they are made inside.
    FirstSteps figures;
    figures.weights_bytes = weight_bytes(bench.model.module());
    device.release_cached_memory();
    MemoryPass pass(device);
    TrainingSteps steps(bench);
    const auto run_once = [&] {
      Batch batch = to_device(bench, bench.host_buffers.front());
      batch.targets = batches.front().targets;
      steps.run(batch);
      device.synchronize();
    };
    const auto start = std::chrono::steady_clock::now();
    run_once();
    figures.first_step_s =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    run_once();
    figures.steady = pass.end();
    record_first_steps("training", figures, record);
  }

  TrainingSteps steps(bench);
  StepPlan plan;
  plan.step = [&](std::int64_t index) {
    steps.run(batches[static_cast<std::size_t>(index) % batches.size()]);
  };
  plan.stage = "training";
  plan.items_per_step = batches.front().size();
  record_throughput("training", batches.front().size(),
                    time_steps(plan, bench.profile, device, progress, stop), record);
}

}  // namespace

void measure_training(const TrainingBench& bench, ProgressListener& progress,
                      const StopRequested& stop, RunRecord& record) {
  torch::nn::Module& module = bench.model.module();
  const c10::Device device = bench.device.device();
  WeightsSnapshot snapshot(module, device, dtype_of(bench.precision));
  try {
    move_module(module, device, at::kFloat);
    set_mode(module, ModuleMode::kTrain);
    measure_steps(bench, progress, stop, record);
  } catch (...) {
    snapshot.restore();
    throw;
  }
  snapshot.restore();
}

}  // namespace yardstick
