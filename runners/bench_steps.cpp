#include "runners/bench_steps.h"

#include "metrics/statistics/interval.h"

#include <algorithm>
#include <chrono>
#include <memory>

namespace yardstick {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kWindowSeconds = 0.25;
constexpr std::int64_t kLongestWindow = 4096;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Wall time of steps that each end with a synchronised device.
class HostTimer final : public StepTimer {
 public:
  explicit HostTimer(DeviceBackend& device) : device_(device) {}
  void start() override {
    device_.synchronize();
    started_ = Clock::now();
  }
  void stop() override {
    device_.synchronize();
    seconds_.push_back(seconds_since(started_));
  }
  std::vector<double> collect() override { return std::exchange(seconds_, {}); }

 private:
  DeviceBackend& device_;
  Clock::time_point started_;
  std::vector<double> seconds_;
};

class Measurer {
 public:
  Measurer(const StepPlan& plan, const ProtocolProfile& profile, DeviceBackend& device,
           ProgressListener& progress, const StopRequested& stop)
      : plan_(plan), profile_(profile), device_(device), progress_(progress), stop_(stop) {
    timer_ =
        plan.clock == StepClock::kHost ? std::make_unique<HostTimer>(device) : device.make_timer();
  }

  StepTimes run() {
    warm_up();
    if (!times_.was_stopped) measure();
    return std::move(times_);
  }

 private:
  void run_step() {
    if (plan_.flushes_cache) device_.flush_cache();
    timer_->start();
    plan_.step(next_index_++);
    timer_->stop();
  }

  bool is_stopped() {
    times_.was_stopped = times_.was_stopped || (stop_ && stop_());
    return times_.was_stopped;
  }

  void report(const char* phase, double step_s) {
    Progress progress;
    progress.stage = plan_.stage + phase;
    progress.done = next_index_;
    progress.items_per_s = step_s > 0 ? static_cast<double>(plan_.items_per_step) / step_s : 0;
    progress_.update(progress);
  }

  void warm_up() {
    WarmupRule rule(profile_);
    const Clock::time_point start = Clock::now();
    while (times_.warmup == WarmupRule::State::kWarming && !is_stopped()) {
      run_step();
      const double step_s = timer_->collect().back();
      ++times_.warmup_steps;
      last_step_s_ = step_s;
      const double elapsed_s = seconds_since(start);
      times_.warmup =
          rule.add({elapsed_s, step_s, device_.allocator_segments(), read_clock(elapsed_s)});
      report(", warm-up", step_s);
    }
  }

  // The driver takes longer for it than a small step takes, so it is asked 20 times a second.
  std::optional<double> read_clock(double elapsed_s) {
    constexpr double kClockInterval = 0.05;
    if (elapsed_s - last_clock_s_ < kClockInterval) return std::nullopt;
    last_clock_s_ = elapsed_s;
    return device_.clock_mhz();
  }

  void measure() {
    const StopRule rule(profile_);
    const Clock::time_point start = Clock::now();
    while (times_.end == StopRule::Decision::kContinue && !is_stopped()) {
      const double elapsed_s = seconds_since(start);
      for (std::int64_t left = window_steps(elapsed_s); left > 0; --left) run_step();
      const std::vector<double> window = timer_->collect();
      times_.seconds.insert(times_.seconds.end(), window.begin(), window.end());
      last_step_s_ = median(window);
      times_.end = rule.decide(times_.seconds, seconds_since(start));
      report("", last_step_s_);
    }
  }

  // Steps until the next look: a window's worth, and not far beyond the cap.
  std::int64_t window_steps(double elapsed_s) const {
    const double left_s = std::clamp(profile_.cap_s - elapsed_s, 0.0, kWindowSeconds);
    const double steps = last_step_s_ > 0 ? left_s / last_step_s_ : kLongestWindow;
    return std::clamp(static_cast<std::int64_t>(std::min<double>(steps, kLongestWindow)),
                      std::int64_t{1}, kLongestWindow);
  }

  const StepPlan& plan_;
  const ProtocolProfile& profile_;
  DeviceBackend& device_;
  ProgressListener& progress_;
  const StopRequested& stop_;
  std::unique_ptr<StepTimer> timer_;
  std::int64_t next_index_ = 0;
  double last_step_s_ = 0;
  double last_clock_s_ = 0;
  StepTimes times_;
};

}  // namespace

StepTimes time_steps(const StepPlan& plan, const ProtocolProfile& profile, DeviceBackend& device,
                     ProgressListener& progress, const StopRequested& stop) {
  return Measurer(plan, profile, device, progress, stop).run();
}

}  // namespace yardstick
