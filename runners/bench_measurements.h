#pragma once

#include "runners/bench_protocol.h"
#include "runners/bench_steps.h"
#include "runners/device.h"
#include "runners/energy.h"
#include "runners/mac_counter.h"
#include "runners/module_access.h"

#include <yardstick/run.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace yardstick {

// From raw figures to the measurements, samples and flags of a bench record (docs/measuring.md).

// params/total, params/trainable.
void record_parameters(const std::vector<NamedParameter>& parameters, RunRecord& record);

// macs/image, flops/image, macs/uncounted_share; the effective settings name what was not counted.
void record_macs(const MacCount& count, RunRecord& record);

// macs/training/image: of a step of `samples` samples, forward and backward.
void record_training_macs(const MacCount& count, std::int64_t samples, RunRecord& record);

struct FirstSteps {
  std::int64_t weights_bytes = 0;
  double first_step_s = 0;            // wall time, cold
  std::optional<DeviceMemory> first;  // of the first step, where it was measured apart
  DeviceMemory steady;                // of a later one
};

// memory/weights, and under memory/<stage>/: peak (weights included), activations, first_step,
// reserved and free_dip (on a GPU), process; time/<stage>/first_step.
void record_first_steps(const std::string& stage, const FirstSteps& figures, RunRecord& record);

// throughput/<stage>/images, time/<stage>/step with its samples, and the flags "noisy",
// "noise_settled", "warmup_capped", "throttled". The settings as run get the number of discarded
// steps and what the sensors said.
void record_throughput(const std::string& stage, std::int64_t batch_size, const StepTimes& times,
                       RunRecord& record);

// latency/inference/median, and p90, p95, p99, p99.9 where there are samples enough; samples where
// they are not those of record_throughput.
enum class LatencySource { kMeasuredApart, kThroughputSteps };
void record_latency(const StepTimes& times, LatencySource source, RunRecord& record);

// energy/inference/image, energy/inference/above_idle, power/inference/mean, power/idle; the flag
// "energy_unconfirmed".
void record_energy(const EnergyFigures& figures, RunRecord& record);

// peak/flops and mfu/inference: the FLOPs of macs/image at the rate of throughput/inference/images,
// over `peak_flops_per_s`. Over 100 % something was counted or timed wrongly: the flag
// "mfu_over_100_percent", and no leaderboard. Nothing where one of the two measurements is absent.
void record_mfu(double peak_flops_per_s, RunRecord& record);

}  // namespace yardstick
