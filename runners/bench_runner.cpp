#include "runners/bench_runner.h"

#include "runners/bench_inputs.h"
#include "runners/bench_measurements.h"
#include "runners/bench_protocol.h"
#include "runners/bench_steps.h"
#include "runners/bench_training.h"
#include "runners/build_objective.h"
#include "runners/cpu_memory.h"
#include "runners/mac_counter.h"
#include "runners/module_access.h"
#include "runners/numerics.h"
#include "runners/record_notes.h"
#include "runners/run_failure.h"

#include <yardstick/error.h>

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <chrono>

namespace yardstick {

const ParamSchema& bench_settings() {
  static const ParamSchema schema = [] {
    ParamSchema settings;
    settings
        .text("precision", "fp32", "of weights and activations", {"fp32", "tf32", "bf16", "fp16"})
        .text("profile", "default", "how long to warm up and measure", protocol_profile_names())
        .flag("training", false, "measure training steps too")
        .flag("channels_last", false, "images and convolutions in NHWC order")
        .integer("threads", 0, "threads of one operator; 0: all cores", 0, 4096)
        .integer("seed", 0, "of the input images", 0)
        .flag("deterministic", false, "deterministic algorithms only")
        .number("max_seconds", 0, "cap of each measurement; 0: the profile's", 0);
    return settings;
  }();
  return schema;
}

namespace {

constexpr std::int64_t kInputBuffers = 3;

class BenchRun {
 public:
  BenchRun(BenchJob& job, const JobContext& context)
      : job_(job),
        context_(context),
        device_(context.device),
        precision_(precision_from_string(job.settings.get<std::string>("precision"))),
        profile_(protocol_profile(job.settings.get<std::string>("profile"))),
        numerics_({job.settings.get<std::int64_t>("threads"), precision_,
                   job.settings.get<bool>("deterministic")}) {
    require_precision(precision_, device_.device());
    if (const double cap_s = job.settings.get<double>("max_seconds"); cap_s > 0) {
      profile_.cap_s = cap_s;
    }
  }

  RunRecord run() {
    const auto start = std::chrono::steady_clock::now();
    RunRecord record = begin_record(RunKind::kBench, job_.subject, context_);
    record.precision = job_.settings.get<std::string>("precision");
    record.batch_size = job_.batch_size;
    record.provenance["protocol"] = concat("1/", profile_.name);
    if (job_.settings.get<bool>("training")) {
      objective_ = build_objective(job_.objective, job_.objective_params, job_.subject.model);
    }
    record.provenance["inputs"] = job_.images.defined() ? "images" : "image-like noise";
    note(record, "threads", std::int64_t{at::get_num_threads()});

    record_failures(record, [&] { measure_all(record); });
    if (record.status == RunStatus::kFailed) device_.release_cached_memory();
    record.duration_s =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return record;
  }

 private:
  void measure_all(RunRecord& record) {
    torch::nn::Module& module = job_.subject.model.module();
    set_mode(module, ModuleMode::kEval);
    // Cast once: autocast would cast the weights anew in each step under inference mode.
    move_module(module, device_.device(), dtype_of(precision_));
    if (uses_channels_last()) use_channels_last(module);
    record_parameters(parameters_of(module), record);

    const std::vector<at::Tensor> host_buffers = make_buffers();
    {
      const c10::InferenceMode inference_mode;
      measure_first_steps(host_buffers.front(), record);
      count_operators(host_buffers.front(), record);
      if (measure_inference(host_buffers, record)) return;
    }
    if (objective_ != nullptr) {
      measure_training({.model = job_.subject.model,
                        .objective = *objective_,
                        .needs_targets = job_.objective.needs_targets,
                        .device = device_,
                        .precision = precision_,
                        .profile = profile_,
                        .host_buffers = host_buffers,
                        .uses_channels_last = uses_channels_last()},
                       context_.progress, context_.stop, record);
    }
  }

  std::vector<at::Tensor> make_buffers() const {
    const CpuAllocationCounter limit;  // an input that does not fit is out of memory too
    return make_input_buffers(job_.subject.model.info().input_shape, job_.batch_size, kInputBuffers,
                              static_cast<std::uint64_t>(job_.settings.get<std::int64_t>("seed")),
                              job_.images);
  }

  bool uses_channels_last() const { return job_.settings.get<bool>("channels_last"); }

  at::Tensor to_device(const at::Tensor& images) const {
    at::Tensor moved = images.to(device_.device(), dtype_of(precision_), /*non_blocking=*/false,
                                 /*copy=*/true);
    if (uses_channels_last() && moved.dim() == 4) {
      moved = moved.contiguous(at::MemoryFormat::ChannelsLast);
    }
    return moved;
  }

  void forward(const at::Tensor& input) {
    Batch batch;
    batch.input = input;
    job_.subject.model.forward(batch);
  }

  // Of one sample: operators scale with the batch, and a batch of one is cheapest.
  void count_operators(const at::Tensor& images, RunRecord& record) {
    const at::Tensor input = to_device(images.narrow(0, 0, 1));
    record_macs(count_macs([&] { forward(input); }), record);
  }

  void measure_first_steps(const at::Tensor& images, RunRecord& record) {
    FirstSteps figures;
    figures.weights_bytes = weight_bytes(job_.subject.model.module());
    device_.release_cached_memory();
    const auto measure_step = [&] {
      MemoryPass pass(device_);
      forward(to_device(images));
      device_.synchronize();
      return pass.end();
    };
    const auto start = std::chrono::steady_clock::now();
    figures.first = measure_step();
    figures.first_step_s =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    figures.steady = measure_step();
    record_first_steps("inference", figures, record);
  }

  // True where the run was stopped.
  bool measure_inference(const std::vector<at::Tensor>& host_buffers, RunRecord& record) {
    std::vector<at::Tensor> inputs;
    for (const at::Tensor& buffer : host_buffers) inputs.push_back(to_device(buffer));
    StepPlan plan;
    plan.step = [&](std::int64_t index) {
      forward(inputs[static_cast<std::size_t>(index) % inputs.size()]);
    };
    plan.stage = "inference";
    plan.items_per_step = job_.batch_size;
    plan.flushes_cache = device_.cache_bytes() > 0 &&
                         weight_bytes(job_.subject.model.module()) <= device_.cache_bytes();

    StepTimes times = time_steps(plan, profile_, device_, context_.progress, context_.stop);
    record_throughput("inference", job_.batch_size, times, record);
    if (times.was_stopped) return true;
    if (device_.device().is_cpu()) {
      record_latency(times, LatencySource::kThroughputSteps, record);
      return false;
    }
    plan.clock = StepClock::kHost;
    times = time_steps(plan, profile_, device_, context_.progress, context_.stop);
    record_latency(times, LatencySource::kMeasuredApart, record);
    return times.was_stopped;
  }

  BenchJob& job_;
  const JobContext& context_;
  DeviceBackend& device_;
  Precision precision_;
  ProtocolProfile profile_;
  NumericsScope numerics_;
  std::unique_ptr<Objective> objective_;  // null unless training steps are measured
};

}  // namespace

RunRecord bench(BenchJob& job, const JobContext& context) { return BenchRun(job, context).run(); }

}  // namespace yardstick
