#pragma once

#include "runners/device.h"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace yardstick::test {

// Sensors that say what they are told to; the energy counter is asked for by `energy_j`.
class FakeSensors final : public DeviceSensors {
 public:
  DeviceReading read() override {
    ++reads;
    return {.sm_clock_mhz = sm_clock_mhz.load(),
            .power_w = power_w.load(),
            .temperature_c = 60,
            .throttle_reasons = throttle_reasons};
  }
  std::optional<double> default_sm_clock_mhz() override { return 1980; }
  std::optional<double> total_energy_j() override {
    return energy_j ? std::optional(energy_j()) : std::nullopt;
  }

  std::atomic<double> sm_clock_mhz = 1980;
  std::atomic<double> power_w = 100;
  std::atomic<int> reads = 0;
  std::uint64_t throttle_reasons = 0;
  std::function<double()> energy_j;  // empty: no counter
};

// The CPU, with what only a GPU has: sensors, graphs, a cache to flush, steps timed by a script.
class FakeDevice final : public DeviceBackend {
 public:
  c10::Device device() const override { return cpu_->device(); }
  void synchronize() override { ++synchronizations; }
  std::unique_ptr<StepTimer> make_timer() override {
    return step_s ? std::make_unique<ScriptedTimer>(*this) : cpu_->make_timer();
  }
  void reset_peak_memory() override { cpu_->reset_peak_memory(); }
  DeviceMemory memory() override { return cpu_->memory(); }
  void release_cached_memory() override {}
  std::int64_t allocator_segments() override { return 0; }
  void describe(Provenance&) override {}
  std::int64_t cache_bytes() override { return cache; }
  void flush_cache() override { events += 'f'; }
  DeviceSensors* sensors() override { return has_sensors ? &fake_sensors : nullptr; }
  bool replays_graphs() const override { return true; }
  std::unique_ptr<StepGraph> capture(const std::function<void()>& step,
                                     std::string& why_not) override {
    if (!capture_error.empty()) {
      why_not = capture_error;
      return nullptr;
    }
    return std::make_unique<Graph>(*this, step);
  }

  FakeSensors fake_sensors;
  bool has_sensors = true;
  std::int64_t cache = 0;
  std::string capture_error;
  std::optional<double> step_s;  // what each step is said to take
  std::string events;            // f: cache flushed, with step_s set also ( and ): timed step
  int synchronizations = 0;
  int replays = 0;

 private:
  class ScriptedTimer final : public StepTimer {
   public:
    explicit ScriptedTimer(FakeDevice& device) : device_(device) {}
    void start() override { device_.events += '('; }
    void stop() override {
      device_.events += ')';
      seconds_.push_back(*device_.step_s);
    }
    std::vector<double> collect() override { return std::exchange(seconds_, {}); }

   private:
    FakeDevice& device_;
    std::vector<double> seconds_;
  };

  class Graph final : public StepGraph {
   public:
    Graph(FakeDevice& device, std::function<void()> step)
        : device_(device), step_(std::move(step)) {}
    void replay() override {
      ++device_.replays;
      step_();
    }

   private:
    FakeDevice& device_;
    std::function<void()> step_;
  };

  std::unique_ptr<DeviceBackend> cpu_ = open_device("cpu");
};

}  // namespace yardstick::test
