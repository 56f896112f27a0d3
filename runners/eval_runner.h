#pragma once

#include <memory>
#include <string>
#include <vector>

#include <yardstick/metric.h>

#include "runners/job.h"

namespace yardstick {

const ParamSchema& eval_settings();

struct EvalJob {
  Subject subject;
  const Task& task;
  std::string data_root;
  const Params& settings;  // of eval_settings()
  std::vector<std::unique_ptr<Metric>> metrics;
};

// Scores every sample of the split once. The counts do not depend on batch size, number of loader
// threads or a smaller last batch.
RunRecord evaluate(EvalJob& job, const JobContext& context);

}  // namespace yardstick
