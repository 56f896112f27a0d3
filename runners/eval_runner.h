#pragma once

#include "runners/job.h"

#include <yardstick/metric.h>

#include <memory>
#include <string>
#include <vector>

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
