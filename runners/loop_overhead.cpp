#include "runners/loop_overhead.h"

#include "metrics/statistics/interval.h"
#include "runners/bench_steps.h"

#include <chrono>

namespace yardstick {
namespace {

class NoListener final : public ProgressListener {
 public:
  void update(const Progress&) override {}
  void milestone(const std::string&) override {}
};

}  // namespace

LoopOverhead measure_loop_overhead() {
  using Clock = std::chrono::steady_clock;
  constexpr double kSeconds = 0.1;
  // Without a target, so that the loop runs to its end.
  const ProtocolProfile profile{.name = "overhead",
                                .warmup_min_s = 0,
                                .warmup_cap_s = kSeconds,
                                .warmup_max_slope = 1,
                                .min_s = kSeconds,
                                .cap_s = kSeconds,
                                .target_half_width = 0};
  const auto device = open_device("cpu");
  NoListener progress;
  StepPlan plan;
  plan.step = [](std::int64_t) {};
  plan.stage = "overhead";
  // Where the timed part begins is not reported, so that the warm-up's few steps count too.
  const Clock::time_point start = Clock::now();
  const StepTimes times = time_steps(plan, profile, *device, progress, /*stop=*/{});
  const double elapsed_s = std::chrono::duration<double>(Clock::now() - start).count();
  const auto steps =
      static_cast<double>(times.warmup_steps) + static_cast<double>(times.seconds.size());
  return {.timed_s = median(times.seconds), .whole_s = elapsed_s / steps};
}

}  // namespace yardstick
