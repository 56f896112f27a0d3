#include "cli/doctor_noise.h"

#include "cli/compare_run.h"
#include "metrics/statistics/power.h"

#include <yardstick/error.h>

#include <chrono>
#include <cmath>

namespace yardstick::cli {
namespace {

constexpr double kLevel = 0.05;
constexpr double kGateLevel = 0.002;  // measurement.md, "Regression gate"

std::optional<double> resolvable(std::int64_t processes, double level, double spread) {
  const double ratio = smallest_detectable_ratio(processes, processes, level, spread);
  return std::isfinite(ratio) ? std::optional(ratio) : std::nullopt;
}

CompareJob noise_job(bool is_quiet) {
  CompareJob job;
  // Long enough a step (some milliseconds) for the clock, short enough for two minutes.
  const std::string model = "vit_tiny_patch16_224";
  job.sides = {{model, {model}}, {model + " again", {model}}};
  job.processes = 9;
  job.protocol = "smoke";
  job.tag = "time/inference/step";
  job.has_control = false;
  job.is_quiet = is_quiet;
  job.limits.timeout_s = 60;
  return job;
}

}  // namespace

MachineNoise measure_machine_noise(bool is_quiet, Context& context) {
  const CompareJob job = noise_job(is_quiet);
  const auto start = std::chrono::steady_clock::now();
  const CompareRuns runs = run_comparison(job, context, [](const RunRecord&) {});

  const std::vector<SideTimes> sides = {runs.sides[0].times, runs.sides[1].times};
  const auto& ours = sides[0].process_medians_s;
  const auto& theirs = sides[1].process_medians_s;
  if (ours.size() < 2 || theirs.size() < 2) {
    const auto& failures = runs.sides[ours.size() < 2 ? 0 : 1].failures;
    throw_environment(concat("the noise could not be measured: ",
                             failures.empty() ? "interrupted" : failures.front()));
  }
  MachineNoise noise;
  noise.model = job.sides.front().name;
  noise.processes = static_cast<std::int64_t>(std::min(ours.size(), theirs.size()));
  noise.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  noise.spread = pooled_relative_spread(ours, theirs);
  noise.control = compare_speed(sides, 0, 1, kLevel);
  noise.verdict = resolvable(9, kLevel, noise.spread);
  noise.nightly = resolvable(5, kLevel, noise.spread);
  noise.gate = resolvable(9, kGateLevel, noise.spread);
  return noise;
}

}  // namespace yardstick::cli
