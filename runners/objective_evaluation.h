#pragma once

#include "runners/evaluation.h"

#include <yardstick/metric.h>
#include <yardstick/objective.h>

namespace yardstick {

struct ObjectiveResult {
  EvaluationResult pass;
  Measurement loss;  // "val/loss": mean over samples; interval from the batches' spread
};

// The mean of `objective` over `source`, the model in evaluation mode without gradients. The random
// draws of batch number b are always the same, so that two models, or one at two times, meet the
// same masks at equal batch sizes.
ObjectiveResult evaluate_objective(Model& model, BatchSource& source, Objective& objective,
                                   const EvaluationPlan& plan, DeviceBackend& device,
                                   ProgressListener& progress, const StopRequested& stop);

}  // namespace yardstick
