#pragma once

#include "runners/bench_protocol.h"
#include "runners/bench_training_steps.h"

#include <yardstick/run.h>

#include <vector>

namespace yardstick {

struct TrainingBench {
  TrainingSetup setup;
  const ProtocolProfile& profile;
  const std::vector<at::Tensor>& host_buffers;  // float batches
};

// Times training steps (the objective's loss, on random labels where it needs any, backward, AdamW)
// with fp32 weights and autocast for bf16 and fp16: throughput/training/images, time/training/*,
// memory/training/*, macs/training/image. The weights are put back as they were.
void measure_training(const TrainingBench& bench, ProgressListener& progress,
                      const StopRequested& stop, RunRecord& record);

}  // namespace yardstick
