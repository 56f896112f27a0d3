#include "runners/bench_training.h"

#include "runners/bench_measurements.h"
#include "runners/mac_counter.h"
#include "runners/module_access.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>

namespace yardstick {
namespace {

c10::ScalarType dtype_of_weights(torch::nn::Module& module) {
  for (const NamedParameter& parameter : parameters_of(module)) {
    if (parameter.value.is_floating_point()) return parameter.value.scalar_type();
  }
  return at::kFloat;
}

// The bits of a module's weights, on the host, to be put back after a piece of training.
class WeightsSnapshot {
 public:
  WeightsSnapshot(torch::nn::Module& module, c10::Device device)
      : module_(module), device_(device), dtype_(dtype_of_weights(module)) {
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

// Of a few samples, as operators scale with the batch; two, where there are two, as batch norm
// wants.
void count_operators(const TrainingBench& bench, const Batch& batch, RunRecord& record) {
  const std::int64_t samples = std::min<std::int64_t>(batch.size(), 2);
  Batch few;
  few.input = batch.input.narrow(0, 0, samples);
  if (batch.targets.defined()) few.targets = batch.targets.narrow(0, 0, samples);
  TrainingSteps steps(bench.setup);
  record_training_macs(count_macs([&] { steps.run(few); }), samples, record);
}

void measure_steps(const TrainingBench& bench, ProgressListener& progress,
                   const StopRequested& stop, RunRecord& record) {
  const TrainingSetup& setup = bench.setup;
  DeviceBackend& device = setup.device;
  const at::AutoGradMode with_gradients(true);
  const std::vector<Batch> batches = training_batches(setup, bench.host_buffers);
  {
    // The optimiser's moments belong to what training holds, so they are made inside.
    FirstSteps figures;
    figures.weights_bytes = weight_bytes(setup.model.module());
    device.release_cached_memory();
    MemoryPass pass(device);
    TrainingSteps steps(setup);
    const auto run_once = [&] {
      Batch batch = training_input(setup, bench.host_buffers.front());
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
  count_operators(bench, batches.front(), record);

  TrainingSteps steps(setup);
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
  torch::nn::Module& module = bench.setup.model.module();
  const c10::Device device = bench.setup.device.device();
  WeightsSnapshot snapshot(module, device);
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
