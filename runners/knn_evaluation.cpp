#include "runners/knn_evaluation.h"

#include "metrics/statistics/interval.h"
#include "runners/knn.h"

#include <yardstick/error.h>

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <c10/core/InferenceMode.h>

#include <utility>
#include <vector>

namespace yardstick {
namespace {

struct Features {
  at::Tensor values;  // float [N, width], on the device
  at::Tensor labels;  // int64 [N]
  EvaluationResult pass;
};

// Of the labelled samples of `source`.
Features features_of(Model& model, BatchSource& source, EvaluationPlan plan, const char* stage,
                     const JobContext& context) {
  plan.stage = stage;
  std::vector<at::Tensor> values;
  std::vector<at::Tensor> labels;
  const auto take = [&](const Batch& batch, std::int64_t) {
    const at::Tensor features = model.forward(batch).features;
    if (!features.defined()) {
      throw_data(concat(model.info().name, " gives no features to compare"),
                 "k-NN takes a model with features, such as one built as a classifier");
    }
    const at::Tensor labelled = (batch.targets >= 0).nonzero().squeeze(1);
    values.push_back(features.flatten(1).to(at::kFloat).index_select(0, labelled));
    labels.push_back(batch.targets.index_select(0, labelled));
  };
  Features found;
  found.pass =
      for_each_batch(model, source, plan, context.device, context.progress, context.stop, take);
  if (values.empty()) throw_data("there are no samples to compare");
  found.values = at::cat(values);
  found.labels = at::cat(labels);
  return found;
}

}  // namespace

void declare_knn_settings(ParamSchema& schema) {
  schema.integer("knn_neighbours", 20, "knn: training samples that vote", 1)
      .number("knn_temperature", 0.07, "knn: a vote weighs exp(cosine similarity / temperature)",
              1e-3, 1e3)
      .integer("knn_samples_per_class", 0, "knn: this many training samples of each class; 0: all",
               0)
      .integer("knn_subset_seed", 0, "knn: which samples those are", 0);
}

DataRequest knn_memory_request(const DataRequest& request, const Params& settings) {
  DataRequest memory = request;
  memory.split = Split::kTrain;
  memory.samples_per_class = settings.get<std::int64_t>("knn_samples_per_class");
  memory.subset_seed = static_cast<std::uint64_t>(settings.get<std::int64_t>("knn_subset_seed"));
  return memory;
}

void evaluate_knn(RunRecord& record, EvalJob& job, BatchSource& source, BatchSource& memory,
                  const EvaluationPlan& plan, const JobContext& context) {
  const Params& settings = job.settings;
  Model& model = job.subject.model;
  const auto neighbours = settings.get<std::int64_t>("knn_neighbours");
  record.provenance["data_fingerprint_train"] = memory.fingerprint();

  const Features known = features_of(model, memory, plan, "remember", context);
  if (note_interruption(record, known.pass, memory)) return;
  const Features asked = features_of(model, source, plan, "eval", context);
  if (note_interruption(record, asked.pass, source)) return;

  const c10::InferenceMode inference_mode;
  const KnnClassifier classifier(
      known.values, known.labels,
      {.neighbours = {neighbours},
       .temperature = settings.get<double>("knn_temperature"),
       .classes = static_cast<std::int64_t>(memory.class_names().size())});
  const at::Tensor predictions = classifier.votes(asked.values).front().argmax(-1);
  const auto right = (predictions == asked.labels).sum().item<std::int64_t>();
  const std::int64_t samples = asked.labels.numel();
  const Interval interval = wilson_interval(right, samples);
  record.measurements.push_back({.tag = "accuracy/knn_top1",
                                 .value = static_cast<double>(right) / static_cast<double>(samples),
                                 .low = interval.low,
                                 .high = interval.high,
                                 .unit = Unit::kFraction,
                                 .direction = Direction::kHigherIsBetter,
                                 .n = samples,
                                 .about = concat(neighbours, " nearest of ", known.labels.numel(),
                                                 " training samples vote; Wilson interval")});
  record_pass(record, asked.pass, source);
}

}  // namespace yardstick
