#include "runners/energy.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

namespace yardstick {
namespace {

constexpr double kConfirmedWithin = 0.1;

bool is_stopped(const StopRequested& stop) { return stop && stop(); }

// Power by the counter over `idle_s`; nothing where it was stopped.
std::optional<double> idle_power(DeviceSensors& sensors, double idle_s, const StopRequested& stop) {
  const double from_s = steady_now_s();
  const double before_j = sensors.total_energy_j().value_or(0);
  while (steady_now_s() - from_s < idle_s) {
    if (is_stopped(stop)) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::duration<double>(std::min(idle_s, 0.05)));
  }
  return (sensors.total_energy_j().value_or(before_j) - before_j) / (steady_now_s() - from_s);
}

}  // namespace

EnergyFigures energy_figures(const EnergyReadings& readings) {
  const double seconds = readings.to_s - readings.from_s;
  const auto items = static_cast<double>(readings.items);
  EnergyFigures figures;
  figures.joules_per_item = readings.counter_j / items;
  figures.joules_per_item_above_idle = (readings.counter_j - readings.idle_w * seconds) / items;
  figures.mean_w = readings.counter_j / seconds;
  figures.idle_w = readings.idle_w;
  figures.items = readings.items;
  const auto integrated_j = integrated_power(readings.sensors, readings.from_s, readings.to_s);
  figures.is_confirmed =
      integrated_j && std::abs(*integrated_j - readings.counter_j) <=
                          kConfirmedWithin * std::max(*integrated_j, readings.counter_j);
  return figures;
}

std::optional<EnergyFigures> measure_energy(const EnergyPlan& plan, DeviceBackend& device,
                                            const StopRequested& stop) {
  constexpr double kWindowSeconds = 0.25;  // between two waits for the device
  constexpr double kMostSteps = 4096;
  DeviceSensors* const sensors = device.sensors();
  if (sensors == nullptr || !sensors->total_energy_j()) return std::nullopt;
  device.synchronize();
  EnergyReadings readings;
  const std::optional<double> idle_w = idle_power(*sensors, plan.idle_s, stop);
  if (!idle_w) return std::nullopt;
  readings.idle_w = *idle_w;

  const auto window = static_cast<std::int64_t>(
      plan.step_s > 0 ? std::clamp(kWindowSeconds / plan.step_s, 1.0, kMostSteps) : 1.0);
  const SensorSampler sampler(sensors);
  std::int64_t steps = 0;
  readings.from_s = steady_now_s();
  const double before_j = *sensors->total_energy_j();
  do {
    if (is_stopped(stop)) return std::nullopt;
    for (std::int64_t left = window; left > 0; --left) plan.step(steps++);
    device.synchronize();
    readings.to_s = steady_now_s();
  } while (readings.to_s - readings.from_s < plan.steady_s);
  readings.counter_j = sensors->total_energy_j().value_or(before_j) - before_j;
  readings.items = steps * plan.items_per_step;
  readings.sensors = sampler.readings();
  return energy_figures(readings);
}

}  // namespace yardstick
