#pragma once

#include "runners/job.h"

#include <yardstick/objective.h>

#include <functional>
#include <string>
#include <vector>

namespace yardstick {

const ParamSchema& bench_settings();

struct BenchJob {
  Subject subject;
  const Params& settings;           // of bench_settings()
  const ObjectiveEntry& objective;  // of training steps
  const Params& objective_params;
  std::int64_t batch_size = 1;
  // float [N, ...] of real images for the rotating input buffers; undefined: image-like noise.
  at::Tensor images;
};

// Measures one batch size: inference latency and throughput, training-step throughput where asked,
// parameters, MACs, memory. Out of memory is a record with status failed and reason
// "out_of_memory ...", not an exception.
RunRecord bench(BenchJob& job, const JobContext& context);

}  // namespace yardstick
