#include "runners/bench_runner.h"

#include "metrics/statistics/interval.h"
#include "runners/bench_inputs.h"
#include "runners/bench_measurements.h"
#include "runners/bench_protocol.h"
#include "runners/bench_steps.h"
#include "runners/bench_training.h"
#include "runners/build_objective.h"
#include "runners/cpu_memory.h"
#include "runners/energy.h"
#include "runners/inference_steps.h"
#include "runners/mac_counter.h"
#include "runners/matmul_peak.h"
#include "runners/module_access.h"
#include "runners/numerics.h"
#include "runners/objectives/distillation.h"
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
        .text("precision", "fp32", "of weights and activations; amp autocasts fp32 weights",
              {"fp32", "tf32", "bf16", "fp16", "amp"})
        .text("profile", "default", "how long to warm up and measure", protocol_profile_names())
        .flag("inference", true, "measure inference")
        .flag("training", false, "measure training steps too")
        .flag("channels_last", false, "images and convolutions in NHWC order")
        .integer("threads", 0, "threads of one operator; 0: all cores", 0, 4096)
        .integer("seed", 0, "of the input images", 0)
        .flag("deterministic", false, "deterministic algorithms only")
        .flag("cudnn_benchmark", true, "cuDNN times its algorithms and takes the fastest")
        .text("sdpa_backend", "auto", "the only attention implementation allowed; auto: any",
              {"auto", "flash", "efficient", "cudnn", "math"})
        .text("cuda_graph", "auto", "time replays of a captured graph; auto: where it can be",
              {"auto", "on", "off"})
        .flag("energy", false, "measure energy, with idle power before (GPU)")
        .flag("mfu", false, "measure the share of the device's matrix-product peak")
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
        sdpa_backend_(sdpa_backend_from_string(job.settings.get<std::string>("sdpa_backend"))),
        numerics_({.threads = job.settings.get<std::int64_t>("threads"),
                   .precision = precision_,
                   .is_deterministic = wants("deterministic"),
                   .autotunes_cudnn = wants("cudnn_benchmark"),
                   .sdpa_backend = sdpa_backend_}),
        steps_(job.subject.model, device_, precision_, wants("channels_last")) {
    require_precision(precision_, device_.device());
    require_sdpa_backend(sdpa_backend_, device_.device());
    if (!wants("inference") && !wants("training")) {
      throw_user("nothing to measure: inference=false without training",
                 "--training measures training steps");
    }
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
    if (wants("training")) {
      objective_ = build_objective(job_.objective, job_.objective_params, job_.subject.model);
      if (const std::string teacher = teacher_sha256(*objective_); !teacher.empty()) {
        record.provenance["teacher_sha256"] = teacher;
      }
    }
    record.provenance["inputs"] = job_.images.defined() ? "images" : "image-like noise";
    note(record, "threads", std::int64_t{at::get_num_threads()});
    if (wants("deterministic")) note(record, "cudnn_benchmark", false);
    if (precision_ == Precision::kAmp) {
      note(record, "amp_products", std::string(name_of(products())));
    }
    if (context_.on_begin) context_.on_begin(record);

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
    if (wants("channels_last")) use_channels_last(module);
    record_parameters(parameters_of(module), record);

    const std::vector<at::Tensor> host_buffers = make_buffers();
    {
      const c10::InferenceMode inference_mode;
      if (wants("inference")) measure_first_steps(host_buffers.front(), record);
      count_operators(host_buffers.front(), record);
      if (wants("inference") && measure_inference(host_buffers, record)) return;
    }
    if (objective_ != nullptr) {
      measure_training({.setup = {.model = job_.subject.model,
                                  .objective = *objective_,
                                  .needs_targets = job_.objective.needs_targets,
                                  .device = device_,
                                  .precision = products(),
                                  .uses_channels_last = wants("channels_last")},
                        .profile = profile_,
                        .host_buffers = host_buffers},
                       context_.progress, context_.stop, record);
    }
  }

  std::vector<at::Tensor> make_buffers() const {
    const CpuAllocationCounter limit;  // an input that does not fit is out of memory too
    return make_input_buffers(job_.subject.model.info().input_shape, job_.batch_size, kInputBuffers,
                              static_cast<std::uint64_t>(job_.settings.get<std::int64_t>("seed")),
                              job_.images);
  }

  bool wants(const char* setting) const { return job_.settings.get<bool>(setting); }
  Precision products() const { return product_precision(precision_, device_.device().type()); }

  // Of one sample: operators scale with the batch, and a batch of one is cheapest.
  void count_operators(const at::Tensor& images, RunRecord& record) {
    const at::Tensor input = steps_.to_device(images.narrow(0, 0, 1));
    record_macs(count_macs([&] { steps_.forward(input); }), record);
  }

  void measure_first_steps(const at::Tensor& images, RunRecord& record) {
    FirstSteps figures;
    figures.weights_bytes = weight_bytes(job_.subject.model.module());
    device_.release_cached_memory();
    const auto measure_step = [&] {
      MemoryPass pass(device_);
      steps_.forward(steps_.to_device(images));
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
    steps_.use_inputs(host_buffers);
    capture_steps(record);
    StepPlan plan;
    plan.step = [this](std::int64_t index) { steps_.run(index); };
    plan.stage = "inference";
    plan.items_per_step = job_.batch_size;
    plan.flushes_cache = device_.cache_bytes() > 0 &&
                         weight_bytes(job_.subject.model.module()) <= device_.cache_bytes();

    StepTimes times = time_steps(plan, profile_, device_, context_.progress, context_.stop);
    record_throughput("inference", job_.batch_size, times, record);
    if (times.was_stopped) return true;
    if (wants("energy")) measure_energy_of(plan, median(times.seconds), record);
    steps_.drop_capture();
    if (device_.device().is_cpu()) {
      record_latency(times, LatencySource::kThroughputSteps, record);
    } else {
      plan.clock = StepClock::kHost;
      times = time_steps(plan, profile_, device_, context_.progress, context_.stop);
      record_latency(times, LatencySource::kMeasuredApart, record);
    }
    if (wants("mfu") && !times.was_stopped) record_mfu(matmul_peak(device_, precision_), record);
    return times.was_stopped;
  }

  // Puts a captured graph in the place of calls, where that is asked for and can be had.
  void capture_steps(RunRecord& record) {
    const std::string asked = job_.settings.get<std::string>("cuda_graph");
    if (asked == "off") return;
    if (asked == "auto" && !device_.replays_graphs()) {
      note(record, "cuda_graph", std::string("off"));
      return;
    }
    const std::string why_not = steps_.capture();
    note(record, "cuda_graph", std::string(why_not.empty() ? "on" : "off"));
    if (why_not.empty()) return;
    if (asked == "on") {
      throw_user(concat("cuda_graph: ", why_not), "auto measures without, off does not try");
    }
    note(record, "cuda_graph_not_captured", why_not);
  }

  void measure_energy_of(const StepPlan& plan, double step_s, RunRecord& record) {
    const auto figures = measure_energy({.step = plan.step,
                                         .items_per_step = plan.items_per_step,
                                         .step_s = step_s,
                                         .idle_s = profile_.energy_idle_s,
                                         .steady_s = profile_.energy_s},
                                        device_, context_.stop);
    if (figures) {
      record_energy(*figures, record);
    } else {
      note(record, "energy", false);  // as run: no energy counter, or stopped
    }
  }

  BenchJob& job_;
  const JobContext& context_;
  DeviceBackend& device_;
  Precision precision_;
  ProtocolProfile profile_;
  SdpaBackend sdpa_backend_;
  NumericsScope numerics_;
  InferenceSteps steps_;
  std::unique_ptr<Objective> objective_;  // null unless training steps are measured
};

}  // namespace

RunRecord bench(BenchJob& job, const JobContext& context) { return BenchRun(job, context).run(); }

}  // namespace yardstick
