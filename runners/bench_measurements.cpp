#include "runners/bench_measurements.h"

#include "metrics/statistics/interval.h"
#include "runners/record_notes.h"

#include <yardstick/error.h>

#include <algorithm>

namespace yardstick {
namespace {

// A median of fewer values carries no 95 % interval.
constexpr std::size_t kSmallestInterval = 6;

constexpr char kMedianInterval[] = "95 % interval from order statistics";

void add(RunRecord& record, std::string tag, double value, Unit unit, Direction direction,
         std::string about, std::int64_t n = 1) {
  record.measurements.push_back({.tag = std::move(tag),
                                 .value = value,
                                 .low = {},
                                 .high = {},
                                 .unit = unit,
                                 .direction = direction,
                                 .n = n,
                                 .about = std::move(about)});
}

void add_flag(RunRecord& record, const std::string& flag) {
  if (std::find(record.flags.begin(), record.flags.end(), flag) == record.flags.end()) {
    record.flags.push_back(flag);
  }
}

Measurement median_of(std::string tag, const std::vector<double>& seconds, std::string about) {
  Measurement measurement{.tag = std::move(tag),
                          .value = median(seconds),
                          .low = {},
                          .high = {},
                          .unit = Unit::kSeconds,
                          .direction = Direction::kLowerIsBetter,
                          .n = static_cast<std::int64_t>(seconds.size()),
                          .about = std::move(about)};
  if (seconds.size() >= kSmallestInterval) {
    const Interval interval = median_interval(seconds);
    measurement.low = interval.low;
    measurement.high = interval.high;
    measurement.about += concat("; ", kMedianInterval);
  }
  return measurement;
}

void note_sensors(const std::string& stage, const SensorSummary& sensors, RunRecord& record) {
  const auto note_value = [&](const char* what, const std::optional<double>& value) {
    if (value) note(record, concat(stage, "_", what), *value);
  };
  note_value("sm_clock_median_mhz", sensors.median_clock_mhz);
  note_value("sm_clock_min_mhz", sensors.min_clock_mhz);
  note_value("power_mean_w", sensors.mean_power_w);
  note_value("temperature_max_c", sensors.max_temperature_c);
  if (sensors.throttle_reasons != 0) {
    note(record, stage + "_throttle_reasons", throttle_reason_names(sensors.throttle_reasons));
  }
}

void record_end(const std::string& stage, const StepTimes& times, RunRecord& record) {
  if (times.warmup == WarmupRule::State::kCapped) add_flag(record, "warmup_capped");
  if (times.end == StopRule::Decision::kCapped) add_flag(record, "noisy");
  if (times.end == StopRule::Decision::kPlateau) add_flag(record, "noise_settled");
  if (times.was_throttled) add_flag(record, "throttled");
  if (times.discarded_steps > 0) note(record, stage + "_discarded_steps", times.discarded_steps);
  note_sensors(stage, times.sensors, record);
  if (times.was_stopped && record.status == RunStatus::kOk) {
    record.status = RunStatus::kInterrupted;
    record.reason = concat("stopped while measuring ", stage);
  }
}

// The effective settings name what has no counting rule.
void note_uncounted(const MacCount& count, const std::string& key, RunRecord& record) {
  if (count.uncounted_calls.empty()) return;
  std::vector<std::string> names;
  for (const auto& [name, calls] : count.uncounted_calls) {
    names.push_back(concat(name, " x", calls));
  }
  note(record, key, names);
}

}  // namespace

void record_parameters(const std::vector<NamedParameter>& parameters, RunRecord& record) {
  std::int64_t total = 0;
  std::int64_t trainable = 0;
  for (const NamedParameter& parameter : parameters) {
    total += parameter.value.numel();
    if (parameter.value.requires_grad()) trainable += parameter.value.numel();
  }
  add(record, "params/total", static_cast<double>(total), Unit::kCount, Direction::kLowerIsBetter,
      "parameters, buffers not counted");
  add(record, "params/trainable", static_cast<double>(trainable), Unit::kCount, Direction::kNeutral,
      "parameters that require a gradient");
}

void record_macs(const MacCount& count, RunRecord& record) {
  add(record, "macs/image", static_cast<double>(count.total), Unit::kMacs,
      Direction::kLowerIsBetter,
      "multiply-accumulates of matrix products, convolutions and attention, counted as executed");
  add(record, "flops/image", 2 * static_cast<double>(count.total), Unit::kCount,
      Direction::kLowerIsBetter, "two for each multiply-accumulate");
  add(record, "macs/uncounted_share", count.uncounted_share(), Unit::kFraction,
      Direction::kLowerIsBetter, "calls of operators that may multiply and have no counting rule");
  note_uncounted(count, "uncounted_operators", record);
}

void record_training_macs(const MacCount& count, std::int64_t samples, RunRecord& record) {
  add(record, "macs/training/image",
      static_cast<double>(count.total) / static_cast<double>(samples), Unit::kMacs,
      Direction::kLowerIsBetter,
      "multiply-accumulates of a training step, forward and backward, counted as executed");
  note_uncounted(count, "uncounted_operators_training", record);
}

void record_first_steps(const std::string& stage, const FirstSteps& figures, RunRecord& record) {
  const auto add_bytes = [&](std::string tag, std::int64_t bytes, std::string about) {
    add(record, std::move(tag), static_cast<double>(bytes), Unit::kBytes, Direction::kLowerIsBetter,
        std::move(about));
  };
  const std::string prefix = "memory/" + stage + "/";
  if (measurement_of(record, "memory/weights") == nullptr) {  // the first stage
    add_bytes("memory/weights", figures.weights_bytes, "parameters and buffers as run");
  }
  add_bytes(prefix + "peak", figures.weights_bytes + figures.steady.peak_allocated_bytes,
            "weights and the most allocated at once in a later step, input included");
  add_bytes(prefix + "activations", figures.steady.peak_allocated_bytes,
            "the same less the weights");
  if (figures.first) {
    add_bytes(prefix + "first_step", figures.first->peak_allocated_bytes,
              "as activations, in the first step");
  }
  if (figures.steady.peak_reserved_bytes > 0) {
    add_bytes(prefix + "reserved", figures.steady.peak_reserved_bytes,
              "by the caching allocator, weights included");
  }
  const std::int64_t dip =
      std::max(figures.first ? figures.first->free_dip_bytes : 0, figures.steady.free_dip_bytes);
  if (dip > 0) {
    add_bytes(prefix + "free_dip", dip,
              "most that the GPU's free memory fell, weights not included; all that uses the GPU");
  }
  add(record, "time/" + stage + "/first_step", figures.first_step_s, Unit::kSeconds,
      Direction::kLowerIsBetter, "wall time of the first step of all, cold");
  const std::int64_t process =
      std::max(figures.first ? figures.first->process_bytes : 0, figures.steady.process_bytes);
  if (process > 0) {
    add_bytes(prefix + "process", process,
              "what the whole process held (resident set on a CPU, the driver's figure on a GPU)");
  }
}

void record_throughput(const std::string& stage, std::int64_t batch_size, const StepTimes& times,
                       RunRecord& record) {
  record_end(stage, times, record);
  if (times.seconds.empty()) return;

  const Measurement step =
      median_of("time/" + stage + "/step", times.seconds, "median step time of the device");
  const auto images = static_cast<double>(batch_size);
  Measurement throughput{.tag = "throughput/" + stage + "/images",
                         .value = images / step.value,
                         .low = {},
                         .high = {},
                         .unit = Unit::kPerSecond,
                         .direction = Direction::kHigherIsBetter,
                         .n = step.n,
                         .about = concat("batch ", batch_size, " over the median step time")};
  if (step.low && step.high) {
    throughput.low = images / *step.high;
    throughput.high = images / *step.low;
    throughput.about += concat("; ", kMedianInterval);
  }
  record.measurements.push_back(throughput);
  record.measurements.push_back(step);
  record.samples.push_back({"time/" + stage + "/step", Unit::kSeconds, times.seconds});
  note(record, stage + "_warmup_steps", times.warmup_steps);
}

void record_latency(const StepTimes& times, LatencySource source, RunRecord& record) {
  record_end("latency", times, record);
  if (times.seconds.empty()) return;
  record.measurements.push_back(
      median_of("latency/inference/median", times.seconds,
                "wall time of one batch from call to result, launch included"));
  if (source == LatencySource::kMeasuredApart) {
    record.samples.push_back({"latency/inference", Unit::kSeconds, times.seconds});
  }
  const auto n = static_cast<std::int64_t>(times.seconds.size());
  struct Percentile {
    const char* name;
    double q;
  };
  for (const auto& [name, q] :
       {Percentile{"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"p99.9", 0.999}}) {
    if (n < samples_needed_for_quantile(q)) break;
    add(record, concat("latency/inference/", name), quantile(times.seconds, q), Unit::kSeconds,
        Direction::kLowerIsBetter, "as the median", n);
  }
}

void record_energy(const EnergyFigures& figures, RunRecord& record) {
  add(record, "energy/inference/image", figures.joules_per_item, Unit::kJoules,
      Direction::kLowerIsBetter, "of the whole device by its energy counter, idle power included",
      figures.items);
  add(record, "energy/inference/above_idle", figures.joules_per_item_above_idle, Unit::kJoules,
      Direction::kLowerIsBetter, "an image, less what the idle device would have used",
      figures.items);
  add(record, "power/inference/mean", figures.mean_w, Unit::kWatts, Direction::kNeutral,
      "over the steps of the energy figure");
  add(record, "power/idle", figures.idle_w, Unit::kWatts, Direction::kNeutral,
      "of the warm device just before, with nothing running");
  if (!figures.is_confirmed) add_flag(record, "energy_unconfirmed");
}

void record_mfu(double peak_flops_per_s, RunRecord& record) {
  const Measurement* macs = measurement_of(record, "macs/image");
  const Measurement* images_per_s = measurement_of(record, "throughput/inference/images");
  if (macs == nullptr || images_per_s == nullptr || peak_flops_per_s <= 0) return;
  const double utilisation = 2 * macs->value * images_per_s->value / peak_flops_per_s;
  add(record, "peak/flops", peak_flops_per_s, Unit::kPerSecond, Direction::kNeutral,
      "of the fastest square matrix product in this precision, measured");
  add(record, "mfu/inference", utilisation, Unit::kFraction, Direction::kHigherIsBetter,
      "counted FLOPs at the measured throughput over peak/flops");
  if (utilisation > 1) {
    add_flag(record, "mfu_over_100_percent");
    record.on_leaderboard = false;
  }
}

}  // namespace yardstick
