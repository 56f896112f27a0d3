#include "runners/bench_steps.h"

#include "metrics/statistics/interval.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <numeric>

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
      : plan_(plan),
        profile_(profile),
        device_(device),
        progress_(progress),
        stop_(stop),
        sampler_(device.sensors()) {
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
      times_.warmup = rule.add({elapsed_s, step_s, device_.allocator_segments(), new_clock()});
      report(", warm-up", step_s);
    }
  }

  // The sampler's clock, where it has read it since the last call.
  std::optional<double> new_clock() {
    const std::optional<TimedReading> reading = sampler_.latest();
    if (!reading || reading->at_s <= last_clock_s_) return std::nullopt;
    last_clock_s_ = reading->at_s;
    return reading->values.sm_clock_mhz;
  }

  void measure() {
    const StopRule rule(profile_);
    DeviceSensors* const sensors = device_.sensors();
    ClockRule clock_rule(sensors != nullptr ? sensors->default_sm_clock_mhz() : std::nullopt);
    const double sensors_from_s = steady_now_s();
    const Clock::time_point start = Clock::now();
    double last_look_s = 0;
    while (times_.end == StopRule::Decision::kContinue && !is_stopped()) {
      const double elapsed_s = seconds_since(start);
      const double window_from_s = steady_now_s();
      for (std::int64_t left = window_steps(elapsed_s); left > 0; --left) run_step();
      const std::vector<double> window = timer_->collect();
      keep(window, window_from_s, steady_now_s(), clock_rule);
      last_step_s_ = median(window);
      report("", last_step_s_);
      // Deciding costs more with each sample; windows of short steps end sooner than it is worth.
      const double now_s = seconds_since(start);
      if (now_s < profile_.cap_s && now_s - last_look_s < kWindowSeconds) continue;
      last_look_s = now_s;
      times_.end = rule.decide(times_.seconds, now_s);
    }
    times_.discarded_steps = clock_rule.discarded();
    times_.was_throttled = clock_rule.is_throttled();
    times_.sensors = summarize(sampler_.readings(sensors_from_s - kWindowSeconds));
  }

  // The steps of a window follow one another from its first second to its last, so that each one's
  // place in time is known well enough for the clock.
  void keep(const std::vector<double>& window, double from_s, double to_s, ClockRule& clock_rule) {
    const std::vector<TimedReading> readings = sampler_.readings(from_s - kWindowSeconds);
    if (readings.empty()) {
      times_.seconds.insert(times_.seconds.end(), window.begin(), window.end());
      return;
    }
    const double busy_s = std::accumulate(window.begin(), window.end(), 0.0);
    const double stretch = busy_s > 0 ? (to_s - from_s) / busy_s : 0;
    double done_s = 0;
    for (const double step_s : window) {
      const double middle_s = from_s + stretch * (done_s + step_s / 2);
      done_s += step_s;
      if (clock_rule.keeps(clock_near(readings, middle_s))) times_.seconds.push_back(step_s);
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
  SensorSampler sampler_;
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
