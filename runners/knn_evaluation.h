#pragma once

#include "runners/eval_runner.h"
#include "runners/evaluation.h"

#include <yardstick/params.h>
#include <yardstick/run.h>
#include <yardstick/task.h>

namespace yardstick {

// Declares knn_neighbours, knn_temperature, knn_samples_per_class and knn_subset_seed.
void declare_knn_settings(ParamSchema& schema);

// The training samples that vote: the same data as `request`, in order and as evaluation sees it.
DataRequest knn_memory_request(const DataRequest& request, const Params& settings);

// Classifies every sample of `source` by the features of its nearest neighbours in `memory`
// (runners/knn.h) and appends "accuracy/knn_top1" with Wilson's interval. The tag is another than a
// classifier's, so that the two never share a leaderboard. Throws Data where the model gives no
// features.
void evaluate_knn(RunRecord& record, EvalJob& job, BatchSource& source, BatchSource& memory,
                  const EvaluationPlan& plan, const JobContext& context);

}  // namespace yardstick
