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

void record_end(const std::string& stage, const StepTimes& times, RunRecord& record) {
  if (times.warmup == WarmupRule::State::kCapped) add_flag(record, "warmup_capped");
  if (times.end == StopRule::Decision::kCapped) add_flag(record, "noisy");
  if (times.end == StopRule::Decision::kPlateau) add_flag(record, "noise_settled");
  if (times.was_stopped && record.status == RunStatus::kOk) {
    record.status = RunStatus::kInterrupted;
    record.reason = concat("stopped while measuring ", stage);
  }
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
  if (count.uncounted_calls.empty()) return;
  std::vector<std::string> names;
  for (const auto& [name, calls] : count.uncounted_calls)
    names.push_back(concat(name, " x", calls));
  note(record, "uncounted_operators", names);
}

void record_first_steps(const std::string& stage, const FirstSteps& figures, RunRecord& record) {
  const auto add_bytes = [&](std::string tag, std::int64_t bytes, std::string about) {
    add(record, std::move(tag), static_cast<double>(bytes), Unit::kBytes, Direction::kLowerIsBetter,
        std::move(about));
  };
  const std::string prefix = "memory/" + stage + "/";
  const bool is_first_stage =
      std::none_of(record.measurements.begin(), record.measurements.end(),
                   [](const Measurement& m) { return m.tag == "memory/weights"; });
  if (is_first_stage) {
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

}  // namespace yardstick
