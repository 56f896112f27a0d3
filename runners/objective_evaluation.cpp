#include "runners/objective_evaluation.h"

#include "metrics/statistics/interval.h"
#include "runners/step_draws.h"

#include <ATen/ops/stack.h>

#include <cmath>
#include <vector>

namespace yardstick {
namespace {

constexpr std::uint64_t kDrawSeed = 0x79617264;

struct Mean {
  double value = 0;
  double standard_error = 0;
};

// Of samples that come in batches: the batches' means are the independent observations, each with
// its size for a weight.
Mean weighted_mean(const std::vector<double>& values, const std::vector<double>& weights) {
  double total = 0;
  Mean mean;
  for (std::size_t i = 0; i < values.size(); ++i) {
    total += weights[i];
    mean.value += weights[i] * values[i];
  }
  mean.value /= total;
  double squares = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    squares += std::pow(weights[i] / total * (values[i] - mean.value), 2);
  }
  const auto n = static_cast<double>(values.size());
  if (values.size() > 1) mean.standard_error = std::sqrt(squares * n / (n - 1));
  return mean;
}

}  // namespace

ObjectiveResult evaluate_objective(Model& model, BatchSource& source, Objective& objective,
                                   const EvaluationPlan& plan, DeviceBackend& device,
                                   ProgressListener& progress, const StopRequested& stop) {
  std::vector<at::Tensor> losses;
  std::vector<double> sizes;
  const auto take = [&](const Batch& batch, std::int64_t number) {
    StepDraws draws(kDrawSeed, number);
    const AutocastScope autocast(device.device().type(), autocast_precision(plan));
    const DrawsScope scope(draws);
    losses.push_back(objective.loss(model, batch, draws).to(at::kDouble));
    sizes.push_back(static_cast<double>(batch.size()));
  };
  ObjectiveResult result;
  result.pass = for_each_batch(model, source, plan, device, progress, stop, take);

  Measurement& loss = result.loss;
  loss.tag = "val/loss";
  loss.unit = Unit::kNone;
  loss.direction = Direction::kLowerIsBetter;
  loss.n = result.pass.samples;
  loss.about = "mean of the objective with fixed random draws; interval from the batches' spread";
  if (losses.empty()) return result;
  const at::Tensor read = at::stack(losses).cpu();
  const std::vector<double> values(read.const_data_ptr<double>(),
                                   read.const_data_ptr<double>() + read.numel());
  const Mean mean = weighted_mean(values, sizes);
  loss.value = mean.value;
  if (values.size() > 1) {
    const Interval interval = normal_interval(mean.value, mean.standard_error);
    loss.low = interval.low;
    loss.high = interval.high;
  }
  return result;
}

}  // namespace yardstick
