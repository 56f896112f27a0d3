#pragma once

#include "runners/device.h"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace yardstick {

// Seconds of the steady clock, which every time below is given in.
double steady_now_s();

struct TimedReading {
  double at_s = 0;
  DeviceReading values;
};

// Reads a device's sensors at once and then 20 times a second, in a thread of its own, for as long
// as it exists.
// Without sensors it does nothing.
class SensorSampler {
 public:
  explicit SensorSampler(DeviceSensors* sensors, double interval_s = 0.05);
  ~SensorSampler();
  SensorSampler(const SensorSampler&) = delete;
  SensorSampler& operator=(const SensorSampler&) = delete;

  // In order of time, from `since_s` on.
  std::vector<TimedReading> readings(double since_s = 0) const;
  std::optional<TimedReading> latest() const;

 private:
  void run(DeviceSensors& sensors, double interval_s);

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool is_ending_ = false;
  std::vector<TimedReading> readings_;
  std::thread thread_;
};

// What the sensors said over some time; empty where they did not tell.
struct SensorSummary {
  std::optional<double> median_clock_mhz;
  std::optional<double> min_clock_mhz;
  std::optional<double> mean_power_w;
  std::optional<double> max_temperature_c;
  std::uint64_t throttle_reasons = 0;  // all that were ever given
};
SensorSummary summarize(std::span<const TimedReading> readings);

// NVML's names of the bits in lower case, "sw_power_cap"; of a bit that has none, "bit_9".
std::vector<std::string> throttle_reason_names(std::uint64_t reasons);

// The clock that was read nearest to `at_s`, or nothing where none was read within 0.25 s of it.
std::optional<double> clock_near(std::span<const TimedReading> readings, double at_s);

// Joules between two times by the trapezoid rule over the power readings; before the first and
// after the last the power is taken as theirs. Nothing for fewer than two power readings.
std::optional<double> integrated_power(std::span<const TimedReading> readings, double from_s,
                                       double to_s);

}  // namespace yardstick
