#include "runners/profile/profile_runner.h"

#include "runners/bench_inputs.h"
#include "runners/bench_training_steps.h"
#include "runners/build_objective.h"
#include "runners/inference_steps.h"
#include "runners/module_access.h"

#include <ATen/core/grad_mode.h>
#include <c10/core/InferenceMode.h>

namespace yardstick {

const ParamSchema& profile_settings() {
  static const ParamSchema schema = [] {
    ParamSchema settings;
    settings.integer("batch", 1, "images a step", 1)
        .flag("training", false, "profile training steps in place of inference")
        .text("precision", "fp32", "of weights and activations", {"fp32", "tf32", "bf16", "fp16"})
        .flag("channels_last", false, "images and convolutions in NHWC order")
        .integer("steps", 20, "steps that are timed, once by operator and once as a whole", 1)
        .integer("warmup_steps", 3, "steps before", 0)
        .integer("threads", 0, "threads of one operator; 0: all cores", 0, 4096)
        .integer("seed", 0, "of the input images", 0)
        .integer("limit", 64, "images that the stages are timed on", 1)
        .integer("workers", 1, "loader threads that the limiting stage is worked out for", 1, 1024)
        .text("class_index", "", "JSON file with the order of the classes; empty: sorted names");
    return settings;
  }();
  return schema;
}

namespace {

class ProfileRun {
 public:
  ProfileRun(ProfileJob& job, const JobContext& context)
      : job_(job),
        context_(context),
        device_(context.device),
        module_(job.subject.model.module()),
        precision_(precision_from_string(job.settings.get<std::string>("precision"))),
        numerics_({job.settings.get<std::int64_t>("threads"), precision_,
                   /*is_deterministic=*/false}) {
    require_precision(precision_, device_.device());
  }

  Profile run() {
    Profile profile;
    move_module(module_, device_.device(), dtype_of(precision_));
    if (job_.settings.get<bool>("channels_last")) use_channels_last(module_);
    at::Tensor images;
    if (job_.source != nullptr) {
      const std::vector<Batch> batches = load_all(*job_.source);
      profile.consumer = time_consumer(job_.subject.model, batches, *job_.source, job_.metrics,
                                       precision_, device_, context_.progress, context_.stop);
      images = batches.front().input;
    }
    const std::vector<at::Tensor> buffers = make_input_buffers(
        job_.subject.model.info().input_shape, job_.settings.get<std::int64_t>("batch"),
        /*count=*/1, static_cast<std::uint64_t>(job_.settings.get<std::int64_t>("seed")), images);
    profile.modules = job_.settings.get<bool>("training") ? profile_training(buffers)
                                                          : profile_inference(buffers);
    return profile;
  }

 private:
  ModuleProfile profile_inference(const std::vector<at::Tensor>& buffers) {
    set_mode(module_, ModuleMode::kEval);
    const c10::InferenceMode inference_mode;
    InferenceSteps steps(job_.subject.model, device_, precision_,
                         job_.settings.get<bool>("channels_last"));
    steps.use_inputs(buffers);
    return profile_step([&](const EnterPhase&) { steps.run(0); });
  }

  ModuleProfile profile_training(const std::vector<at::Tensor>& buffers) {
    const auto objective =
        build_objective(job_.objective, job_.objective_params, job_.subject.model);
    move_module(module_, device_.device(), at::kFloat);
    set_mode(module_, ModuleMode::kTrain);
    const TrainingSetup setup{.model = job_.subject.model,
                              .objective = *objective,
                              .needs_targets = job_.objective.needs_targets,
                              .device = device_,
                              .precision = precision_,
                              .uses_channels_last = job_.settings.get<bool>("channels_last")};
    const at::AutoGradMode with_gradients(true);
    const std::vector<Batch> batches = training_batches(setup, buffers);
    TrainingSteps steps(setup);
    return profile_step([&](const EnterPhase& enter) {
      const at::Tensor loss = steps.loss(batches.front());
      enter(StepPhase::kBackward);
      steps.backward(loss);
      enter(StepPhase::kUpdate);
      steps.update();
    });
  }

  ModuleProfile profile_step(const ProfiledStep& step) {
    const ModuleProfileOptions options{job_.settings.get<std::int64_t>("warmup_steps"),
                                       job_.settings.get<std::int64_t>("steps")};
    return profile_modules(module_, step, options, device_, context_.progress, context_.stop);
  }

  ProfileJob& job_;
  const JobContext& context_;
  DeviceBackend& device_;
  torch::nn::Module& module_;
  Precision precision_;
  NumericsScope numerics_;
};

}  // namespace

Profile profile(ProfileJob& job, const JobContext& context) {
  return ProfileRun(job, context).run();
}

}  // namespace yardstick
