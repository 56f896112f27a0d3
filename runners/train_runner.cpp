#include "runners/train_runner.h"

#include "runners/build_objective.h"
#include "runners/checkpoint_metadata.h"
#include "runners/data_settings.h"
#include "runners/evaluation.h"
#include "runners/module_access.h"
#include "runners/objective_evaluation.h"
#include "runners/objectives/distillation.h"
#include "runners/record_notes.h"
#include "runners/run_failure.h"
#include "runners/trainer.h"

#include <yardstick/error.h>
#include <yardstick/learned_cost.h>
#include <yardstick/sha256.h>
#include <yardstick/tensor_file.h>

#include <ATen/Parallel.h>

#include <nlohmann/json.hpp>

#include <chrono>
#include <filesystem>

namespace yardstick {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

Measurement single(std::string tag, double value, Unit unit, Direction direction,
                   std::string about) {
  return {.tag = std::move(tag),
          .value = value,
          .low = {},
          .high = {},
          .unit = unit,
          .direction = direction,
          .n = 1,
          .about = std::move(about)};
}

class TrainRun {
 public:
  TrainRun(TrainJob& job, const JobContext& context)
      : job_(job),
        context_(context),
        device_(context.device.device()),
        config_(train_config(job.settings, device_)),
        numerics_({config_.threads, config_.precision, config_.is_deterministic}),
        checkpoint_path_((fs::path(job.output_dir) / "checkpoint.safetensors").string()),
        weights_path_((fs::path(job.output_dir) / "model.safetensors").string()) {
    objective_ = build_objective(job.objective, job.objective_params, job.subject.model);
    teacher_ = teacher_sha256(*objective_);
    check_folder();
    training_ = open(Split::kTrain);
    validation_ = open(Split::kVal);
    create_folder();
  }

  RunRecord run() {
    const auto start = std::chrono::steady_clock::now();
    RunRecord record = begin();
    record_failures(record, [&] {
      move_module(job_.subject.model.module(), device_, at::kFloat);
      Trainer trainer(
          {job_.subject.model, *objective_, job_.objective.trains_classifier, *training_}, config_,
          context_.device, context_.progress, context_.stop, hooks());
      if (job_.resume) resume(trainer, record);
      finish(trainer, trainer.run(), record);
    });
    record.duration_s =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return record;
  }

 private:
  void create_folder() const {
    std::error_code error;
    fs::create_directories(job_.output_dir, error);
    if (error) {
      throw_environment(concat("cannot create ", job_.output_dir, ": ", error.message()));
    }
  }

  // There is a run to resume, or none that a new one would destroy.
  void check_folder() const {
    const bool has_checkpoint = fs::exists(checkpoint_path_);
    if (job_.resume && !has_checkpoint) {
      throw_user(concat("nothing to resume: no ", checkpoint_path_), "start without --resume");
    }
    if (!job_.resume && has_checkpoint) {
      const TrainProgress there = read_train_checkpoint(checkpoint_path_).progress;
      if (!there.is_finished) {
        throw_user(
            concat(job_.output_dir, " holds an unfinished run, stopped after step ", there.step),
            "go on with --resume, or choose another folder");
      }
    }
  }

  std::unique_ptr<BatchSource> open(Split split) const {
    DataRequest request = data_request(job_.settings, context_.device);
    request.root = job_.data_root;
    request.split = split;
    request.preprocessing = job_.subject.preprocessing;
    request.batch_size = config_.batch_size;
    if (split == Split::kTrain) {
      request.augmentation = config_.augmentation;
      request.shuffle = true;
      request.drop_last = true;
      request.shuffle_seed = config_.seed_shuffle;
      request.augment_seed = config_.seed_augment;
      request.samples_per_class = config_.low_shot.samples_per_class;
      request.subset_seed = config_.low_shot.seed;
    }
    return job_.task.open(request);
  }

  RunRecord begin() const {
    RunRecord record = begin_record(RunKind::kTrain, job_.subject, context_);
    record.task = job_.task.info().name;
    record.split = to_string(Split::kVal);
    record.precision = job_.settings.get<std::string>("precision");
    record.batch_size = config_.batch_size;
    if (!job_.subject.checkpoint_sha256.empty()) {
      record.provenance["initial_checkpoint_sha256"] = job_.subject.checkpoint_sha256;
    }
    if (!teacher_.empty()) record.provenance["teacher_sha256"] = teacher_;
    record.provenance["data_fingerprint_train"] = training_->fingerprint();
    note(record, "threads", std::int64_t{at::get_num_threads()});
    note(record, "workers", data_request(job_.settings, context_.device).workers);
    note(record, "seed_shuffle", std::to_string(config_.seed_shuffle));
    note(record, "seed_augment", std::to_string(config_.seed_augment));
    note(record, "seed_model", std::to_string(config_.seed_model));
    note(record, "lr", config_.schedule.lr);
    if (const auto limit = job_.settings.get<std::int64_t>("limit"); limit > 0) {
      record.flags.push_back(concat("limited_data=", limit));
      record.on_leaderboard = false;
    }
    if (const auto few = config_.low_shot.samples_per_class; few > 0) {
      record.flags.push_back(concat("samples_per_class=", few));
      record.on_leaderboard = false;
    }
    return record;
  }

  // What must be equal for a run to go on: everything that decides its result.
  std::string identity() const {
    Json settings = Json::parse(params_to_json(job_.settings));
    for (auto item = settings.begin(); item != settings.end();) {
      item = decides_result(item.key()) ? std::next(item) : settings.erase(item);
    }
    const Subject& subject = job_.subject;
    Json identity{{"model", subject.model.info().name},
                  {"model_params", Json::parse(params_to_json(subject.model_params))},
                  {"methods", subject.methods},
                  {"objective", job_.objective.name},
                  {"objective_params", Json::parse(params_to_json(job_.objective_params))},
                  {"preprocessing", Json::parse(to_json(subject.preprocessing))},
                  {"task", job_.task.info().name},
                  {"data", training_->fingerprint()},
                  {"initial_weights", subject.checkpoint_sha256},
                  {"settings", std::move(settings)}};
    if (!teacher_.empty()) identity["teacher_sha256"] = teacher_;
    return identity.dump();
  }

  std::string circumstances() const {
    return Json{{"threads", at::get_num_threads()}, {"device", device_.str()}}.dump();
  }

  Trainer::Hooks hooks() {
    return {.save =
                [this](TrainCheckpoint checkpoint) {
                  checkpoint.identity = identity();
                  checkpoint.circumstances = circumstances();
                  write_checkpoint(checkpoint_path_, checkpoint);
                },
            .evaluate = [this] { return evaluate_between_epochs(); }};
  }

  void resume(Trainer& trainer, RunRecord& record) const {
    const TrainCheckpoint checkpoint = read_train_checkpoint(checkpoint_path_);
    const std::string differences = describe_differences(identity(), checkpoint.identity);
    if (!differences.empty()) {
      throw_user(concat("cannot resume ", checkpoint_path_, ": ", differences),
                 "use the same settings, or train anew in another folder");
    }
    try {
      trainer.restore(checkpoint);
    } catch (Error& error) {
      error.add_context(concat("resuming ", checkpoint_path_));
      throw;
    }
    note(record, "resumed_at_step", checkpoint.progress.step);
    const std::string changed = describe_differences(circumstances(), checkpoint.circumstances);
    if (!changed.empty()) {
      record.flags.push_back("resumed_elsewhere");
      note(record, "resumed_elsewhere", changed);
    }
  }

  EvaluationPlan evaluation_plan() const {
    return {config_.precision, WeightPolicy::kAutocast, "eval"};
  }

  EvaluationResult evaluate_metrics(const StopRequested& stop) {
    return run_evaluation(job_.subject.model, *validation_, job_.metrics, evaluation_plan(),
                          context_.device, context_.progress, stop);
  }

  ObjectiveResult evaluate_loss(const StopRequested& stop) {
    return evaluate_objective(job_.subject.model, *validation_, *objective_, evaluation_plan(),
                              context_.device, context_.progress, stop);
  }

  std::pair<std::string, std::optional<double>> evaluate_between_epochs() {
    const auto told = [](const Measurement& measurement) {
      return std::pair(concat("  ", measurement.tag, " ", measurement.value),
                       std::optional(measurement.value));
    };
    if (!job_.objective.trains_classifier) return told(evaluate_loss({}).loss);
    evaluate_metrics({});
    for (const auto& metric : job_.metrics) {
      for (const Measurement& measurement : metric->compute()) return told(measurement);
    }
    return {};
  }

  // Of the trained weights; what is recorded. True where it was stopped.
  bool evaluate(RunRecord& record) {
    if (job_.objective.trains_classifier) {
      const EvaluationResult result = evaluate_metrics(context_.stop);
      if (!result.was_stopped) record_evaluation(record, result, *validation_, job_.metrics);
      return result.was_stopped;
    }
    const ObjectiveResult result = evaluate_loss(context_.stop);
    if (!result.pass.was_stopped) {
      record.measurements.push_back(result.loss);
      record_pass(record, result.pass, *validation_);
    }
    return result.pass.was_stopped;
  }

  void finish(Trainer& trainer, Trainer::End end, RunRecord& record) {
    const TrainProgress& progress = trainer.progress();
    if (end == Trainer::End::kDiverged) {
      record.status = RunStatus::kFailed;
      record.reason =
          concat("the loss is not finite at step ", trainer.diverged_step().value_or(progress.step),
                 " of ", trainer.steps_per_epoch() * config_.epochs);
      return;
    }
    record_training(progress, record);
    if (end == Trainer::End::kStopped) {
      record.status = RunStatus::kInterrupted;
      record.reason = concat("stopped after step ", progress.step, " of ",
                             trainer.steps_per_epoch() * config_.epochs);
      return;
    }
    trainer.adopt_averages();
    if (const LearnedCost* cost = learned_cost(job_.subject.model)) {
      note(record, "learned", cost->learned());
    }
    write_weights();
    record.provenance["checkpoint_path"] = weights_path_;
    record.provenance["checkpoint_sha256"] = sha256_of_file(weights_path_);

    if (evaluate(record)) {
      record.status = RunStatus::kInterrupted;
      record.reason = "stopped during the evaluation after the last epoch";
    }
  }

  void record_training(const TrainProgress& progress, RunRecord& record) const {
    record.measurements.push_back(
        single("train/images_per_s", static_cast<double>(progress.images) / progress.seconds,
               Unit::kPerSecond, Direction::kHigherIsBetter, "loading and augmentation included"));
    record.measurements.push_back(single("time/train", progress.seconds, Unit::kSeconds,
                                         Direction::kLowerIsBetter,
                                         "over all sessions, evaluations left out"));
    if (progress.epoch > 0) {
      const Unit unit = job_.objective.trains_classifier ? Unit::kNats : Unit::kNone;
      record.measurements.push_back(single("train/loss_final", progress.last_epoch_loss, unit,
                                           Direction::kLowerIsBetter,
                                           "mean over the last finished epoch"));
    }
    if (progress.best_metric) note(record, "best_metric", *progress.best_metric);
  }

  void write_weights() const {
    CheckpointMetadata metadata;
    metadata.model = job_.subject.model.info().name;
    metadata.model_params = params_to_json(job_.subject.model_params);
    metadata.methods = job_.subject.methods;
    metadata.preprocessing = job_.subject.preprocessing;
    metadata.task = job_.task.info().name;
    if (job_.objective.trains_classifier) metadata.classes = training_->class_names();
    metadata.objective = job_.objective.name;
    if (config_.ema) metadata.averaging = concat("ema_decay=", config_.ema->decay);
    write_safetensors(weights_path_, state_of(job_.subject.model.module()), to_metadata(metadata));
  }

  TrainJob& job_;
  const JobContext& context_;
  c10::Device device_;
  TrainConfig config_;
  NumericsScope numerics_;
  std::string checkpoint_path_;
  std::string weights_path_;
  std::unique_ptr<Objective> objective_;
  std::string teacher_;  // SHA-256; "" without one
  std::unique_ptr<BatchSource> training_;
  std::unique_ptr<BatchSource> validation_;
};

}  // namespace

RunRecord train(TrainJob& job, const JobContext& context) { return TrainRun(job, context).run(); }

}  // namespace yardstick
