#include "runners/sensors.h"

#include "metrics/statistics/interval.h"

#include <yardstick/error.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <numeric>

namespace yardstick {

double steady_now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

SensorSampler::SensorSampler(DeviceSensors* sensors, double interval_s) {
  if (sensors == nullptr) return;
  readings_.push_back({steady_now_s(), sensors->read()});
  thread_ = std::thread([this, sensors, interval_s] { run(*sensors, interval_s); });
}

SensorSampler::~SensorSampler() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void SensorSampler::run(DeviceSensors& sensors, double interval_s) {
  const std::chrono::duration<double> interval(interval_s);
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, interval, [this] { return is_ending_; })) {
    lock.unlock();  // the driver may take milliseconds
    const DeviceReading values = sensors.read();
    const double now_s = steady_now_s();
    lock.lock();
    readings_.push_back({now_s, values});
  }
}

std::vector<TimedReading> SensorSampler::readings(double since_s) const {
  const std::lock_guard lock(mutex_);
  const auto first =
      std::lower_bound(readings_.begin(), readings_.end(), since_s,
                       [](const TimedReading& one, double at_s) { return one.at_s < at_s; });
  return {first, readings_.end()};
}

std::optional<TimedReading> SensorSampler::latest() const {
  const std::lock_guard lock(mutex_);
  if (readings_.empty()) return std::nullopt;
  return readings_.back();
}

SensorSummary summarize(std::span<const TimedReading> readings) {
  std::vector<double> clocks;
  std::vector<double> powers;
  SensorSummary summary;
  for (const TimedReading& reading : readings) {
    const DeviceReading& values = reading.values;
    if (values.sm_clock_mhz) clocks.push_back(*values.sm_clock_mhz);
    if (values.power_w) powers.push_back(*values.power_w);
    if (values.temperature_c) {
      summary.max_temperature_c = std::max(
          summary.max_temperature_c.value_or(*values.temperature_c), *values.temperature_c);
    }
    summary.throttle_reasons |= values.throttle_reasons;
  }
  if (!clocks.empty()) {
    summary.median_clock_mhz = median(clocks);
    summary.min_clock_mhz = *std::min_element(clocks.begin(), clocks.end());
  }
  if (!powers.empty()) {
    summary.mean_power_w =
        std::accumulate(powers.begin(), powers.end(), 0.0) / static_cast<double>(powers.size());
  }
  return summary;
}

std::vector<std::string> throttle_reason_names(std::uint64_t reasons) {
  static constexpr std::array<const char*, 9> kNames = {"gpu_idle",
                                                        "applications_clocks_setting",
                                                        "sw_power_cap",
                                                        "hw_slowdown",
                                                        "sync_boost",
                                                        "sw_thermal_slowdown",
                                                        "hw_thermal_slowdown",
                                                        "hw_power_brake_slowdown",
                                                        "display_clock_setting"};
  std::vector<std::string> names;
  for (std::size_t bit = 0; bit < 64; ++bit) {
    if ((reasons >> bit & 1) == 0) continue;
    names.push_back(bit < kNames.size() ? kNames[bit] : concat("bit_", bit));
  }
  return names;
}

std::optional<double> clock_near(std::span<const TimedReading> readings, double at_s) {
  constexpr double kNearSeconds = 0.25;
  std::optional<double> clock_mhz;
  double smallest_s = kNearSeconds;
  for (const TimedReading& reading : readings) {
    const double distance_s = std::abs(reading.at_s - at_s);
    if (!reading.values.sm_clock_mhz || distance_s > smallest_s) continue;
    smallest_s = distance_s;
    clock_mhz = reading.values.sm_clock_mhz;
  }
  return clock_mhz;
}

std::optional<double> integrated_power(std::span<const TimedReading> readings, double from_s,
                                       double to_s) {
  struct Point {
    double at_s;
    double power_w;
  };
  std::vector<Point> points;
  for (const TimedReading& reading : readings) {
    if (reading.values.power_w) points.push_back({reading.at_s, *reading.values.power_w});
  }
  if (points.size() < 2) return std::nullopt;
  // Held beyond the ends, and read off a straight line between two readings.
  const auto power_at = [&](double at_s) {
    const auto next = std::lower_bound(points.begin(), points.end(), at_s,
                                       [](const Point& p, double s) { return p.at_s < s; });
    if (next == points.begin()) return points.front().power_w;
    if (next == points.end()) return points.back().power_w;
    const Point& before = *(next - 1);
    const double share = (at_s - before.at_s) / (next->at_s - before.at_s);
    return before.power_w + share * (next->power_w - before.power_w);
  };
  double joules = 0;
  Point last{from_s, power_at(from_s)};
  const auto add_up_to = [&](const Point& point) {
    joules += (point.at_s - last.at_s) * (point.power_w + last.power_w) / 2;
    last = point;
  };
  for (const Point& point : points) {
    if (point.at_s > from_s && point.at_s < to_s) add_up_to(point);
  }
  add_up_to({to_s, power_at(to_s)});
  return joules;
}

}  // namespace yardstick
