#include "runners/profile/module_profile.h"

#include "metrics/statistics/interval.h"
#include "runners/profile/attribution.h"

#include <yardstick/error.h>

#include <algorithm>
#include <cmath>
#include <memory>

namespace yardstick {
namespace {

// Throws unless the timed step called what the described one did.
void require_same(const std::vector<RecordedOperator>& described,
                  const std::vector<OperatorSpan>& timed) {
  const bool is_same = std::equal(
      described.begin(), described.end(), timed.begin(), timed.end(),
      [](const RecordedOperator& op, const OperatorSpan& span) { return op.name == span.name; });
  if (is_same) return;
  throw_user(concat("the step calls other operators each time (", described.size(), ", then ",
                    timed.size(), "), so that their times cannot be put together"),
             "profile inference, or take drop path and other random branches out");
}

std::vector<OperatorCost> costs(const std::vector<RecordedOperator>& described,
                                const ModulePaths& paths,
                                const std::vector<std::vector<OperatorSpan>>& timed) {
  const std::vector<std::string> modules = attribute_operators(described, paths);
  std::vector<OperatorCost> costs;
  for (std::size_t i = 0; i < described.size(); ++i) {
    std::vector<double> seconds;
    for (const auto& step : timed) seconds.push_back(step[i].seconds);
    costs.push_back({.name = described[i].name,
                     .path = modules[i],
                     .phase = described[i].phase,
                     .seconds = median(seconds),
                     .macs = described[i].macs,
                     .allocated_bytes = described[i].allocated_bytes});
  }
  return costs;
}

double between_operators(const std::vector<std::vector<OperatorSpan>>& timed,
                         const std::vector<double>& step_seconds) {
  double sum_s = 0;
  for (std::size_t i = 0; i <= timed.front().size(); ++i) {
    std::vector<double> gaps;
    for (std::size_t k = 0; k < timed.size(); ++k) {
      const auto& spans = timed[k];
      const double begin_s = i == 0 ? 0 : spans[i - 1].start_s + spans[i - 1].seconds;
      const double end_s = i == spans.size() ? step_seconds[k] : spans[i].start_s;
      gaps.push_back(std::max(0.0, end_s - begin_s));
    }
    sum_s += median(gaps);
  }
  return sum_s;
}

std::size_t nearest_to_median(const std::vector<double>& values) {
  const double centre = median(values);
  const auto nearest = std::min_element(values.begin(), values.end(), [centre](double a, double b) {
    return std::abs(a - centre) < std::abs(b - centre);
  });
  return static_cast<std::size_t>(nearest - values.begin());
}

}  // namespace

ModuleProfile profile_modules(torch::nn::Module& module, const ProfiledStep& step,
                              const ModuleProfileOptions& options, DeviceBackend& device,
                              ProgressListener& progress, const StopRequested& stop) {
  const auto run_plain = [&] { step([](StepPhase) {}); };
  for (std::int64_t i = 0; i < options.warmup_steps; ++i) run_plain();
  ModuleProfile profile;
  profile.macs = count_macs(run_plain);
  const ModulePaths paths(module);
  const std::vector<RecordedOperator> described = record_operators(paths, step);

  const std::unique_ptr<StepTimer> plain = device.make_timer();
  const std::unique_ptr<StepTimer> whole = device.make_timer();
  const std::unique_ptr<StepTimer> marks = device.device().is_cpu() ? nullptr : device.make_timer();
  std::vector<std::vector<OperatorSpan>> timed;
  while (profile.steps < options.steps) {
    plain->start();
    run_plain();
    plain->stop();
    device.synchronize();
    whole->start();
    timed.push_back(time_operators(marks.get(), [&](const EnterPhase& enter) {
      step(enter);
      whole->stop();
    }));
    require_same(described, timed.back());
    ++profile.steps;
    progress.update(
        {.stage = "profile", .done = profile.steps, .total = options.steps, .loss = {}});
    if (stop && stop()) break;
  }

  const std::vector<double> seconds = whole->collect();
  profile.step_s = median(seconds);
  profile.plain_step_s = median(plain->collect());
  profile.between_operators_s = between_operators(timed, seconds);
  profile.operators = costs(described, paths, timed);
  profile.spans = std::move(timed[nearest_to_median(seconds)]);
  profile.tree = build_module_tree(profile.operators);
  return profile;
}

}  // namespace yardstick
