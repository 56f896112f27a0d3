#include "runners/eval_runner.h"

#include "runners/data_settings.h"
#include "runners/evaluation.h"
#include "runners/knn_evaluation.h"
#include "runners/module_access.h"
#include "runners/numerics.h"
#include "runners/record_notes.h"
#include "runners/run_failure.h"

#include <yardstick/error.h>

#include <ATen/Parallel.h>

#include <chrono>

namespace yardstick {

const ParamSchema& eval_settings() {
  static const ParamSchema schema = [] {
    ParamSchema settings;
    settings.text("split", "val", "which samples", {"train", "val"})
        .text("protocol", "classifier",
              "what predicts: the model's own head, or its features' nearest training samples",
              {"classifier", "knn"})
        .integer("batch_size", 32, "samples a step", 1)
        .text("precision", "fp32", "of weights and activations", {"fp32", "tf32", "bf16", "fp16"})
        .integer("threads", 0, "threads of one operator; 0: all cores", 0, 4096)
        .flag("deterministic", false, "deterministic algorithms only");
    declare_knn_settings(settings);
    declare_data_settings(settings);
    return settings;
  }();
  return schema;
}

RunRecord evaluate(EvalJob& job, const JobContext& context) {
  const auto start = std::chrono::steady_clock::now();
  const Params& settings = job.settings;
  const Precision precision = precision_from_string(settings.get<std::string>("precision"));
  require_precision(precision, context.device.device());
  const NumericsScope numerics(
      {settings.get<std::int64_t>("threads"), precision, settings.get<bool>("deterministic")});

  DataRequest request = data_request(settings, context.device);
  request.root = job.data_root;
  request.split = settings.get<std::string>("split") == "train" ? Split::kTrain : Split::kVal;
  request.preprocessing = job.subject.preprocessing;
  request.batch_size = settings.get<std::int64_t>("batch_size");
  const std::unique_ptr<BatchSource> source = job.task.open(request);
  const bool is_knn = settings.get<std::string>("protocol") == "knn";
  const std::unique_ptr<BatchSource> memory =
      is_knn ? job.task.open(knn_memory_request(request, settings)) : nullptr;

  RunRecord record = begin_record(RunKind::kEval, job.subject, context);
  record.task = job.task.info().name;
  record.split = to_string(request.split);
  record.precision = settings.get<std::string>("precision");
  record.batch_size = request.batch_size;
  note(record, "threads", std::int64_t{at::get_num_threads()});
  note(record, "workers", request.workers);
  if (request.limit > 0) {
    record.flags.push_back(concat("limited_data=", request.limit));
    record.on_leaderboard = false;
  }

  record_failures(record, [&] {
    move_module(job.subject.model.module(), context.device.device(), dtype_of(precision));
    const EvaluationPlan plan{precision, WeightPolicy::kCast, "eval"};
    if (is_knn) {
      evaluate_knn(record, job, *source, *memory, plan, context);
      return;
    }
    const EvaluationResult result = run_evaluation(job.subject.model, *source, job.metrics, plan,
                                                   context.device, context.progress, context.stop);
    if (note_interruption(record, result, *source)) return;
    record_evaluation(record, result, *source, job.metrics);
  });
  record.duration_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return record;
}

}  // namespace yardstick
